"""flask operators: who runs this installation."""

import click

from cli.group import Group
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import users
from twofactor.verify.users import BadEmail, EmailTaken

operators = Group("operators", help="People who run this installation.")


@operators.command("create")
@click.argument("email")
def create(email: str) -> None:
    """Make EMAIL an operator and print a one-time link, valid for 15 minutes.

    Example: flask operators create you@example.com
    """
    kit = house().kit
    try:
        address = users.normal_email(email)
    except BadEmail as error:
        raise click.UsageError(f"{email!r} is no e-mail address. {error.reason}.") from error
    with transaction():
        try:
            user = users.by_email(address) or users.create(kit, address)
        except EmailTaken as error:
            raise click.ClickException(f"{address} is disabled. Use another address.") from error
        user.is_operator = True
        token = users.invite(kit, user)
    click.echo("Open this link within 15 minutes to set a password:", err=True)
    click.echo(f"{kit.settings.public_url}/operator/welcome/{token}")
