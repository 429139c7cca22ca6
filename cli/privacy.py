"""flask privacy: export, erase, retain."""

import json

import click

from cli.addresses import named, read
from cli.group import Group
from twofactor import jobs, privacy
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import users

privacy_group = Group("privacy", help="What is kept of people, and for how long.")


@privacy_group.command("export")
@click.argument("email")
def export(email: str) -> None:
    """Everything kept about EMAIL, as JSON.

    Example: flask privacy export ada@example.com > ada.json
    """
    click.echo(json.dumps(privacy.export(house().kit, named(email)), indent=2, ensure_ascii=False))


@privacy_group.command("erase")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Ask nothing.")
def erase(email: str, yes: bool) -> None:
    """Erase EMAIL at once and for good."""
    named(email)
    if not yes:
        click.confirm(f"Erase {email} and everything about them?", abort=True)
    with transaction():
        while user := users.by_email(read(email)):  # several may have claimed the address
            privacy.erase(house().kit, user)
    click.echo(f"{email} is erased.")


@privacy_group.command("retain")
def retain() -> None:
    """Delete what is past its time; the sender does it every hour, too."""
    click.echo(f"{jobs.retain(house().kit)} rows deleted or emptied")
