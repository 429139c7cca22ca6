"""flask users: who logs in, and support without the web."""

import json
from typing import Any

import click

from cli import addresses
from cli.addresses import named
from cli.group import Group
from cli.user_import import import_users
from twofactor import audit
from twofactor.house import house
from twofactor.models import Authenticator, User
from twofactor.models.database import transaction
from twofactor.sms import phone as phones
from twofactor.verify import authenticators, obstacles, recovery, recovery_links, unlocking
from twofactor.verify import users as accounts
from twofactor.verify.users import EmailTaken
from twofactor.words import AuditEvent, AuthenticatorKind

users = Group("users", help="People who log in.")
users.add_command(import_users)


@users.command("create")
@click.argument("email")
def create(email: str) -> None:
    """Add a user and print a link, valid for 7 days, that sets the password.

    Example: flask users create alice@example.com
    """
    kit, address = house().kit, addresses.read(email)
    try:
        with transaction():
            user = accounts.create(kit, address)
            token = accounts.invite(kit, user, accounts.WELCOME_LIFETIME, AuditEvent.USER_INVITED)
    except EmailTaken as error:
        raise click.ClickException("There is a user with this address already.") from error
    told = "Give this link to the person; it works once, within 7 days:"
    addresses.hand_out(told, f"/welcome/{token}")


@users.command("unlock")
@click.argument("email")
def unlock(email: str) -> None:
    """End every lockout of EMAIL: wrong codes, wrong recovery codes, a report's pause, a phone
    that somebody else took over. Make sure who is asking first."""
    user = named(email)
    with transaction():
        unlocking.unlock(house().kit, user)
    click.echo(f"{email} is unlocked.")


@users.command("recover")
@click.argument("email")
def recover(email: str) -> None:
    """Mail EMAIL a link that stands for a lost second step, once, within an hour. Make sure who is
    asking first; they still need the password."""
    user = named(email)
    try:
        with transaction():
            recovery_links.send(house().kit, user, by="")
    except recovery_links.AddressNotProved as error:
        raise click.ClickException(f"{email} was never confirmed, so no link was sent.") from error
    click.echo(f"The link is on its way to {email}.")


@users.command("show")
@click.argument("email")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def show(email: str, form: str) -> None:
    """What is enrolled and what happened last; phones masked."""
    known = _known(named(email))
    if form == "json":
        click.echo(json.dumps(known, indent=2))
        return
    for name, value in known.items():
        if not isinstance(value, list):
            click.echo(f"{name:18} {value}")
    for factor in known["factors"]:
        click.echo(f"{factor['kind']:18} {factor['detail']}")
    for entry in known["activity"]:
        click.echo(f"{entry['at']}  {entry['event']}")


def _known(user: User) -> dict[str, Any]:
    return {
        "sid": user.sid,
        "email": user.email,
        "email_confirmed": user.email_confirmed_at is not None,
        "has_password": bool(user.password_hash),
        "is_operator": user.is_operator,
        "language": user.language,
        "in_the_way": obstacles.obstacle(obstacles.case(house().kit, user)) or "nothing we know of",
        "recovery_codes_left": recovery.left(user.id),
        "factors": [{"kind": a.kind, "detail": _detail(a)} for a in authenticators.live(user.id)],
        "activity": [
            {"at": entry.at.isoformat(timespec="seconds"), "event": entry.event}
            for entry in audit.recent(user.id)
        ],
    }


def _detail(authenticator: Authenticator) -> str:
    if authenticator.kind == AuthenticatorKind.PHONE:
        return phones.mask(authenticators.phone_of(house().kit, authenticator).e164)
    return authenticator.name
