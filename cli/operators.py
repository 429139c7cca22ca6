"""flask operators: who runs this installation."""

import click

from cli import addresses
from cli.group import Group
from twofactor.house import house
from twofactor.models import User
from twofactor.models.database import transaction
from twofactor.verify import users
from twofactor.verify.users import EmailTaken

operators = Group("operators", help="People who run this installation.")


@operators.command("create")
@click.argument("email")
def create(email: str) -> None:
    """Make EMAIL an operator and print a one-time link, valid for 15 minutes.

    Example: flask operators create you@example.com
    """
    kit, address = house().kit, addresses.read(email)
    with transaction():
        try:
            user = users.by_email(address) or users.create(kit, address)
        except EmailTaken as error:
            raise click.ClickException(f"{address} is disabled. Use another address.") from error
        _check_owner(user)
        user.is_operator = True
        token = users.invite(kit, user)
    told = "Open this link within 15 minutes to set a password:"
    addresses.hand_out(told, f"/operator/welcome/{token}")


def _check_owner(user: User) -> None:
    """Anybody may have signed up with the address of an operator to be, and wait for this."""
    if users.is_owner(user) or not house().kit.settings.is_production:
        return
    raise click.ClickException(
        f"Somebody signed up as {user.email} and has not proved the address. If it was you, open "
        f"the link in the mail first; if not: flask privacy erase {user.email}"
    )
