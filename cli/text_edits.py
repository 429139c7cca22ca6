"""flask text edit, restore, history: an operator's own words, in place of the built-in ones."""

import sys
from typing import Any

import click
from flask.cli import with_appcontext

from cli.output import format_option, show
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.sms import drafts, edits, templates
from twofactor.sms.edits import BadText
from twofactor.sms.sentences import LANGUAGES
from twofactor.sms.wording import Edited

COLUMNS = ("at", "language", "text", "version", "by", "segments", "sentence")
LANGUAGE = click.argument("language", type=click.Choice(sorted(LANGUAGES)))
NAME = click.argument("name", type=click.Choice(drafts.NAMES), metavar="TEXT")


@click.command("edit")
@LANGUAGE
@NAME
@click.argument("sentence")
@click.option(
    "--segments",
    type=click.IntRange(1, templates.DEAREST),
    default=1,
    show_default=True,
    help="Segments it may take, each at the price of a text.",
)
@click.option("--dry-run", is_flag=True, help="Only look at it.")
@with_appcontext
def edit(language: str, name: str, sentence: str, segments: int, dry_run: bool) -> None:
    """Put SENTENCE in place of the built-in TEXT of a LANGUAGE, once the guard is content.

    The line that browsers read (@host #code) follows by itself.

    Example: flask text edit en login "{code} opens {brand} for {minutes} minutes. Do not share it."
    """
    kit = house().kit
    wanted = edits.written(kit, language, name, sentence, segments)
    wrong = edits.faults(kit, language, name, wanted)
    if wrong:
        raise _refused(wrong)
    if not dry_run:
        _keep(language, name, wanted)
    text = templates.draft(templates.house_of(kit), language, name, wanted.sentence)
    size = "1 segment" if text.size.parts == 1 else f"{text.size.parts} segments"
    click.echo(f"{size}, {text.spare} characters spare:\n{text.text}")


@click.command("restore")
@LANGUAGE
@NAME
@with_appcontext
def restore(language: str, name: str) -> None:
    """Go back to the built-in TEXT of a LANGUAGE. What was written stays in the history.

    Example: flask text restore en login
    """
    if edits.of(house().kit, language, name) is None:
        click.echo("The built-in text is in force already.", err=True)
        sys.exit(1)
    _keep(language, name, None)
    click.echo("The built-in text is in force again.")


@click.command("history")
@format_option()
@with_appcontext
def history(form: str) -> None:
    """Every edit, newest first.

    Example: flask text history --format json
    """
    rows: list[dict[str, Any]] = [
        {
            "at": row.at.isoformat(),
            "language": row.language,
            "text": row.name,
            "version": row.version,
            "by": email,
            "segments": row.most_parts,
            "sentence": row.sentence or "(the built-in text)",
        }
        for row, email in edits.history()
    ]
    show(form, COLUMNS, rows)


def _keep(language: str, name: str, wanted: Edited | None) -> None:
    kit = house().kit
    try:
        with transaction():
            edits.keep(kit, language, name, wanted, edits.version(language, name))
    except BadText as error:
        raise _refused(error.faults) from error


def _refused(faults: list[str]) -> click.ClickException:
    lines = [f"{fault[:1].upper()}{fault[1:]}." for fault in faults]
    return click.ClickException("\n".join(["Nothing was changed.", *lines]))
