"""flask services: the programs that use the API, and their keys."""

import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import NoReturn

import click

from cli.group import Group
from twofactor.house import house
from twofactor.models import ApiAccount
from twofactor.models.database import transaction
from twofactor.verify import services, tenancy
from twofactor.verify.services import ORDINARY, OVERLAP, Issued
from twofactor.words import Scope

services_group = Group("services", help="Programs that use the API, and their keys.")
EXTRAS = [scope.value for scope in Scope if scope not in ORDINARY]
allow = click.option(
    "--allow",
    "extras",
    multiple=True,
    type=click.Choice(EXTRAS),
    help="A right that keys do not have by themselves; may be given more than once.",
)
USUAL_SENDER = "the gateway's own sender"
as_json = click.option("--json", "is_json", is_flag=True, help="Print one JSON object.")


@services_group.command("create")
@click.argument("name")
@allow
@as_json
def create(name: str, extras: Sequence[str], *, is_json: bool) -> None:
    """Make an account with one service called NAME; its secret is shown once.

    Example: flask services create "My shop"
    """
    name = name.strip()
    if not 1 <= len(name) <= 64 or not name.isprintable():
        raise click.UsageError("NAME must have 1 to 64 printable characters.")
    kit = house().kit
    with transaction():
        account, issued = services.create_account(kit, name, _scopes(extras))
        service = services.create_service(kit, account, name)
    if is_json:
        click.echo(
            json.dumps(
                {
                    "account_sid": account.sid,
                    "auth_token": issued.secret,
                    "service_sid": service.sid,
                }
            )
        )
        return
    click.echo("Write the secret down: it is not shown again.", err=True)
    click.echo(f"account SID  {account.sid}")
    click.echo(f"service SID  {service.sid}")
    click.echo(f"secret       {issued.secret}")


@services_group.command("list")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table")
def index(shape: str) -> None:
    """The services and when their keys were used last."""
    rows = [row for account in services.accounts() for row in _rows(account)]
    if shape == "json":
        click.echo(json.dumps(rows, indent=2))
        return
    names = ("service_sid", "name", "account_sid", "keys", "used_at")
    lines = [names, *(tuple(str(row[name] or "") for name in names) for row in rows)]
    separator = "," if shape == "csv" else "  "
    for line in lines:
        cells = [_cell(value, quoted=shape == "csv") for value in line]
        click.echo(separator.join(cells))


@services_group.command("key")
@click.argument("account_sid")
@click.option("--scope", "scopes", multiple=True, type=click.Choice([s.value for s in Scope]))
@as_json
def key(account_sid: str, scopes: Sequence[str], *, is_json: bool) -> None:
    """A further key (SK...) for ACCOUNT_SID, with the scopes given; its secret is shown once."""
    kit = house().kit
    wanted = [Scope(scope) for scope in scopes] or list(ORDINARY)
    with transaction():
        account = services.account_by_sid(account_sid)
        issued = services.create_key(kit, account, wanted) if account else None
    _show(account_sid, issued, is_json=is_json)


@services_group.command("rotate")
@click.argument("sid")
@as_json
def rotate(sid: str, *, is_json: bool) -> None:
    """A new secret for SID (AC... or SK...); the old one works for 24 hours more."""
    kit = house().kit
    with transaction():
        issued = services.rotate(kit, sid)
    _show(sid, issued, is_json=is_json)
    click.echo(f"The old secret works for {OVERLAP.days * 24} hours more.", err=True)


@services_group.command("revoke")
@click.argument("sid")
def revoke(sid: str) -> None:
    """End every secret of SID (AC... or SK...) within a second."""
    with transaction():
        was_alive = services.revoke(house().kit, sid)
    if not was_alive:
        _unknown(sid)
    click.echo(f"{sid} opens nothing any more.")


@services_group.command("limit")
@click.argument("account_sid")
@click.option("--sends-per-day", type=click.IntRange(min=0), help="0 takes the limit away.")
@click.option("--budget-per-day", type=click.FloatRange(min=0), help="0 takes the budget away.")
@click.option("--language", help="Language of texts without a Locale, like en.")
def limit(
    account_sid: str,
    sends_per_day: int | None,
    budget_per_day: float | None,
    language: str | None,
) -> None:
    """What ACCOUNT_SID may send, and in which language."""
    with transaction():
        account = services.account_by_sid(account_sid)
        if account is None:
            _unknown(account_sid)
        budget = None if budget_per_day is None else Decimal(str(budget_per_day))
        try:
            tenancy.allow(house().kit, account, sends_per_day, budget, language)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    click.echo("Changed.")


@services_group.command("sender")
@click.argument("service_sid")
@click.argument("sender", default="")
def sender(service_sid: str, sender: str) -> None:
    """The sender ID that texts of SERVICE_SID (VA...) come from; without SENDER it is again the one
    of the gateway's settings.

    Example: flask services sender VA... MyShop
    """
    kit = house().kit
    with transaction():
        service = services.service_by_sid(service_sid)
        if service is None:
            _unknown(service_sid)
        try:
            services.show_as(kit, service, sender=sender)
        except ValueError as error:
            raise click.UsageError(f"{error}.") from error
    click.echo(f"{service.friendly_name}: from {sender or USUAL_SENDER}.")


def _scopes(extras: Sequence[str]) -> list[Scope]:
    return [*ORDINARY, *(Scope(extra) for extra in extras)]


def _rows(account: ApiAccount) -> list[dict[str, object]]:
    keys = services.keys_of(account, house().kit.now())
    used = max((key.used_at for key in keys if key.used_at), default=None)
    return [
        {
            "service_sid": service.sid,
            "name": service.friendly_name,
            "account_sid": account.sid,
            "keys": len(keys),
            "used_at": used.isoformat() if used else None,
        }
        for service in services.services_of(account)
    ]


def _cell(value: str, *, quoted: bool) -> str:
    if not quoted:
        return value
    safe = f"'{value}" if value[:1] in ("=", "+", "-", "@") else value
    return '"' + safe.replace('"', '""') + '"'


def _show(sid: str, issued: Issued | None, *, is_json: bool) -> None:
    if issued is None:
        _unknown(sid)
    if is_json:
        click.echo(json.dumps({"sid": issued.login, "secret": issued.secret}))
        return
    click.echo("Write the secret down: it is not shown again.", err=True)
    click.echo(f"SID     {issued.login}")
    click.echo(f"secret  {issued.secret}")


def _unknown(sid: str) -> NoReturn:
    click.echo(
        f"No living account, service or key is called {sid}. See: flask services list", err=True
    )
    sys.exit(1)
