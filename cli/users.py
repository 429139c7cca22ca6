"""flask users: support without the web."""

import json
from pathlib import Path
from typing import Any

import click

from cli.group import Group
from twofactor import audit
from twofactor.house import house
from twofactor.models import Authenticator, User
from twofactor.models.database import transaction
from twofactor.sms import phone as phones
from twofactor.verify import authenticators, recovery, roster, unlocking, users
from twofactor.verify.roster import BadRoster, Refused, Row
from twofactor.verify.users import BadEmail, EmailTaken
from twofactor.words import AuthenticatorKind

users_group = Group("users", help="People who log in.")


def named(email: str) -> User:
    """The user of this address; ends the command when there is none."""
    try:
        user = users.by_email(users.normal_email(email))
    except BadEmail as error:
        raise click.UsageError(f"{email!r} is no e-mail address. {error.reason}.") from error
    if user is None:
        raise click.ClickException(f"There is no user {email}. Add one: flask users create {email}")
    return user


@users_group.command("create")
@click.argument("email")
def create(email: str) -> None:
    """Add a user without password; they set one at /login/forgotten.

    Example: flask users create ada@example.com
    """
    kit = house().kit
    try:
        with transaction():
            user = users.create(kit, users.normal_email(email))
    except BadEmail as error:
        raise click.UsageError(f"{email!r} is no e-mail address. {error.reason}.") from error
    except EmailTaken as error:
        raise click.ClickException(f"{email} has an account already.") from error
    click.echo(f"{user.sid} created. To set a password: {kit.settings.public_url}/login/forgotten")


@users_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def take(file: Path) -> None:
    """Add everybody in FILE, a CSV with the columns email,phone,language.

    Every row is checked first. Run it again as often as you like: nobody is added twice.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(roster.read(lines))
    except (BadRoster, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file}: {error}") from error
    refused = [row for row in rows if isinstance(row, Refused)]
    added = 0
    with click.progressbar([r for r in rows if isinstance(r, Row)], label="Users") as good:
        for row in good:
            with transaction():
                added += roster.take(house().kit, row)
    for bad in refused:
        click.echo(f"line {bad.line}: {bad.reason}", err=True)
    known = len(rows) - len(refused) - added
    click.echo(f"{added} added, {known} there already, {len(refused)} refused")
    if refused:
        raise SystemExit(1)


@users_group.command("unlock")
@click.argument("email")
def unlock(email: str) -> None:
    """End every lockout of EMAIL: wrong codes, wrong recovery codes, a report's pause, a phone
    that somebody else took over. Make sure who is asking first."""
    user = named(email)
    with transaction():
        unlocking.unlock(house().kit, user)
    click.echo(f"{email} is unlocked.")


@users_group.command("show")
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
