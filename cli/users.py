"""flask users: who logs in."""

import click

from cli.group import Group
from cli.user_import import import_users
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import users as accounts
from twofactor.verify.users import BadEmail, EmailTaken
from twofactor.words import AuditEvent

users = Group("users", help="People who log in.")
users.add_command(import_users)


@users.command("create")
@click.argument("email")
def create(email: str) -> None:
    """Add a user and print a link, valid for 7 days, that sets the password.

    Example: flask users create alice@example.com
    """
    kit = house().kit
    try:
        address = accounts.normal_email(email)
    except BadEmail as error:
        raise click.UsageError(f"{email!r} is no e-mail address. {error.reason}.") from error
    try:
        with transaction():
            user = accounts.create(kit, address)
            token = accounts.invite(kit, user, accounts.WELCOME_LIFETIME, AuditEvent.USER_INVITED)
    except EmailTaken as error:
        raise click.ClickException("There is a user with this address already.") from error
    click.echo("Give this link to the person; it works once, within 7 days:", err=True)
    click.echo(f"{kit.settings.public_url}/welcome/{token}")
