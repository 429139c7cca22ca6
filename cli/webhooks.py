"""flask webhooks: what programs are told, and where."""

import json
import sys

import click

from cli.group import Group
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.outbound import BadAddress, Poster
from twofactor.verify import hooks, services

webhooks_group = Group("webhooks", help="Tell programs what became of their verifications.")


@webhooks_group.command("create")
@click.argument("account_sid")
@click.argument("url")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object.")
def create(account_sid: str, url: str, *, is_json: bool) -> None:
    """Tell URL what happens to ACCOUNT_SID's verifications; the signing secret is shown once."""
    try:
        Poster().address_of(url)
    except BadAddress as error:
        raise click.UsageError(f"{error}.") from error
    account = services.account_by_sid(account_sid)
    if account is None:
        click.echo(f"There is no account {account_sid}. See: flask services list", err=True)
        sys.exit(1)
    with transaction():
        hook, secret = hooks.create(house().kit, account, url)
    if is_json:
        click.echo(json.dumps({"webhook_sid": hook.sid, "secret": secret}))
        return
    click.echo("Write the secret down: it is not shown again.", err=True)
    click.echo(f"webhook SID  {hook.sid}")
    click.echo(f"secret       {secret}")


@webhooks_group.command("list")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table")
def index(shape: str) -> None:
    """Every address that is told."""
    rows = [
        {"webhook_sid": hook.sid, "account_sid": account.sid, "url": hook.url}
        for account in services.accounts()
        for hook in hooks.of_account(account.id)
    ]
    if shape == "json":
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(("," if shape == "csv" else "  ").join(row.values()))


@webhooks_group.command("remove")
@click.argument("sid")
def remove(sid: str) -> None:
    """Tell SID (WH...) nothing more."""
    with transaction():
        done = hooks.remove(house().kit, sid)
    click.echo("Removed." if done else f"There is no webhook {sid}.", err=not done)
    sys.exit(0 if done else 1)


@webhooks_group.command("replay")
@click.argument("sid")
def replay(sid: str) -> None:
    """Tell one event (EV...) again, or everything that SID (WH...) could not be told."""
    with transaction():
        count = hooks.replay(house().kit, sid)
    click.echo(f"{count} to be told again.")
