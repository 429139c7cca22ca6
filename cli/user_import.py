"""flask users import: many users at once, from a file."""

import sys
from collections.abc import Iterator
from itertools import islice

import click
from flask.cli import with_appcontext

from cli.progress import progress
from twofactor.house import house
from twofactor.models import Batch
from twofactor.models.database import transaction
from twofactor.verify import user_import
from twofactor.verify.user_import import CHUNK, Imported
from twofactor.verify.user_rows import BadHeader, BadRow, UserRow, read

ENCODING = "utf-8-sig"  # with or without the mark that spreadsheets put in front


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--invite", is_flag=True, help="Text each a one-time link to set a password.")
@click.option(
    "--batch", "name", default="invitations", show_default=True, help="Invite once per name."
)
@with_appcontext
def import_users(file: str, invite: bool, name: str) -> None:
    """Add the users of FILE, a CSV with the columns email,phone,language.

    Every row is checked before the first is written. Who is known already is left as they are, so
    it can be run again, also after it was interrupted. With --invite each phone gets one text for
    each name of a batch. Exit code 1 when rows were refused.

    Example: flask users import people.csv --invite
    """
    good, bad = _check(file)
    batch = _open(name) if invite else None
    done = Imported()
    with progress("Importing", good) as advance:
        for rows in _portions(row for row in _rows(file) if isinstance(row, UserRow)):
            with transaction():
                done += user_import.take(house().kit, rows, batch)
            advance(len(rows))
    told = f"{done.added} added, {done.known} known already, {bad} refused"
    click.echo(f"{told}, {done.invited} invited." if invite else f"{told}.")
    if invite and done.invited:
        click.echo("The texts leave at the gateways' pace: flask batches list", err=True)
    if bad:
        sys.exit(1)


def _check(file: str) -> tuple[int, int]:
    """Read every row; report each refused one. How many are good, how many are not."""
    good = bad = 0
    try:
        for row in _rows(file):
            if isinstance(row, BadRow):
                bad += 1
                click.echo(f"line {row.line}: {row.reason}", err=True)
            else:
                good += 1
    except BadHeader as error:
        raise click.UsageError(f"{file}: {error}.") from error
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file} is not UTF-8. Save it as UTF-8 and try again.") from error
    return good, bad


def _open(name: str) -> Batch:
    try:
        with transaction():
            return user_import.invitations(house().kit, name)
    except ValueError as error:
        raise click.UsageError(f"{error}. Name another with --batch.") from error


def _rows(file: str) -> Iterator[UserRow | BadRow]:
    with open(file, encoding=ENCODING, newline="") as lines:
        yield from read(lines, house().kit.settings.allows_country)


def _portions(rows: Iterator[UserRow]) -> Iterator[list[UserRow]]:
    while portion := list(islice(rows, CHUNK)):
        yield portion
