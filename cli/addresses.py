"""The e-mail address that a command is given, and the one-time link that it prints."""

import click

from twofactor.house import house
from twofactor.models import User
from twofactor.verify import users
from twofactor.verify.users import BadEmail


def read(email: str) -> str:
    """Its normal spelling; ends the command when it is none."""
    try:
        return users.normal_email(email)
    except BadEmail as error:
        raise click.UsageError(f"{email!r} is no e-mail address. {error.reason}.") from error


def named(email: str) -> User:
    """The user of this address; ends the command when there is none."""
    user = users.by_email(read(email))
    if user is None:
        raise click.ClickException(f"There is no user {email}. Add one: flask users create {email}")
    return user


def hand_out(told: str, path: str) -> None:
    """Print a link alone on the last line, so that a script can take it."""
    click.echo(told, err=True)
    click.echo(f"{house().kit.settings.public_url}{path}")
