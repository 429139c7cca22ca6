"""flask text: what phones get, and what it costs."""

import sys
from decimal import Decimal
from typing import Any

import click

from cli.group import Group
from cli.output import format_option, show
from cli.text_edits import edit, history, restore
from twofactor.house import house
from twofactor.kit import Kit
from twofactor.models.database import transaction
from twofactor.sms import edits, templates
from twofactor.sms import prices as lists
from twofactor.sms.sentences import LANGUAGES
from twofactor.sms.templates import Sample, house_of
from twofactor.verify import pumping

COLUMNS = ("name", "language", "source", "encoding", "units", "segments", "spare", "text")

texts = Group("text", help="The texts we send: what they cost, and your own words for them.")
for verb in (edit, restore, history):
    texts.add_command(verb)

LANGUAGE = click.option("--language", type=click.Choice(sorted(LANGUAGES)), help="Only this one.")


@texts.command("preview")
@LANGUAGE
@click.option("--country", default="", help="Show what one text costs there, by gateway.")
@format_option()
def preview(language: str | None, country: str, form: str) -> None:
    """Show every text with its segments, and its price where a price list tells."""
    prices = _prices(house().kit, country.upper()) if country else {}
    rows = [_row(sample, prices) for sample in _samples(house().kit, language)]
    if form == "table":
        for row in rows:
            _show(row)
    else:
        show(form, [*COLUMNS, *(f"price_{name}" for name in prices)], rows)


@texts.command("check")
@LANGUAGE
@click.option("--budget", type=click.IntRange(1, 10), help="Segments that a text may take.")
def check(language: str | None, budget: int | None) -> None:
    """Refuse texts that cost more than planned, or that browsers can't read; exit code 1 then."""
    kit = house().kit
    appends = any(gateway.appends_text for gateway in kit.gateways.values())
    bad = 0
    for sample in _samples(kit, language):
        for fault in templates.faults(sample, appends=appends, budget=budget):
            bad += 1
            click.echo(f"{sample.language} {sample.title}: {fault}")
    if bad:
        sys.exit(1)
    click.echo("Every text is within its budget.")


@texts.command("unblock")
@click.argument("country")
def unblock(country: str) -> None:
    """Send codes to new phones in COUNTRY (like UG) again, after the guard against pumping
    stopped them."""
    with transaction():
        lifted = pumping.lift(country)
    if not lifted:
        click.echo(f"Nothing is blocked in {country.upper()}.")
        sys.exit(1)
    click.echo(f"New phones in {country.upper()} get codes again.")


def _prices(kit: Kit, country: str) -> dict[str, tuple[Decimal, str]]:
    listed = lists.at(list(kit.gateways), country, kit.now())
    return {name: (price.per_segment, price.currency) for name, price in listed.items()}


def _samples(kit: Kit, language: str | None) -> list[Sample]:
    try:
        own = edits.every(kit)
        return list(templates.samples(house_of(kit), own, language or ""))
    except ValueError as error:
        raise click.ClickException(f"SIXDIGITS_PUBLIC_URL: {error}.") from error


def _row(sample: Sample, prices: dict[str, tuple[Decimal, str]]) -> dict[str, Any]:
    costs = {
        f"price_{gateway}": f"{price * sample.size.parts} {currency}"
        for gateway, (price, currency) in prices.items()
    }
    return {
        "name": sample.title,
        "language": sample.language,
        "source": "edited" if sample.is_edited else "built-in",
        "encoding": sample.size.encoding.value,
        "units": sample.size.units,
        "segments": sample.size.parts,
        "spare": sample.spare,
        "text": sample.text,
    } | costs


def _show(row: dict[str, Any]) -> None:
    size = f"{row['segments']} segment of {row['encoding']}, {row['spare']} characters spare"
    costs = [f"{name[6:]} {row[name]}" for name in row if name.startswith("price_")]
    title = f"{row['language']} {row['name']}" + (" (edited)" if row["source"] == "edited" else "")
    click.secho(f"{title}: {', '.join([size, *costs])}", bold=True)
    click.echo("\n".join(f"    {line}" for line in row["text"].splitlines()))
