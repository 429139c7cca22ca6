"""flask restored: after a backup was put back."""

import click
from flask.cli import with_appcontext

from cli.group import Ready
from twofactor import restore
from twofactor.house import house
from twofactor.models.database import transaction


@click.command("restored", cls=Ready)
@click.option("--yes", is_flag=True, help="Ask nothing.")
@with_appcontext
def restored(yes: bool) -> None:
    """End every session, remembered browser, code, link, waiting text and mail of the backup.

    Run it before the restored house serves anybody. Everybody logs in again.
    """
    if not yes:
        click.confirm("Everybody will have to log in again. Go on?", abort=True)
    with transaction():
        ended = restore.void(house().kit)
    click.echo(
        f"Ended: {ended.sessions} sessions, {ended.verifications} codes, {ended.links} links, "
        f"{ended.texts} waiting texts, {ended.browsers} remembered browsers, {ended.mails} mails."
    )
