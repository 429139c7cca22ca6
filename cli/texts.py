"""flask text: what phones get, and what it costs."""

import csv
import json
import sys
from decimal import Decimal
from typing import Any

import click
from flask.cli import AppGroup

from twofactor.house import house
from twofactor.kit import Kit
from twofactor.models.database import transaction
from twofactor.sms import prices as lists
from twofactor.sms import templates
from twofactor.sms.sentences import LANGUAGES
from twofactor.sms.templates import Sample, house_of
from twofactor.verify import pumping

texts = AppGroup("text", help="The texts we send.")

LANGUAGE = click.option("--language", type=click.Choice(sorted(LANGUAGES)), help="Only this one.")


@texts.command("preview")
@LANGUAGE
@click.option("--country", default="", help="Show what one text costs there, by gateway.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table")
def preview(language: str | None, country: str, form: str) -> None:
    """Show every text with its segments, and its price where a price list tells."""
    prices = _prices(house().kit, country.upper()) if country else {}
    rows = [_row(sample, prices) for sample in _samples(house().kit, language)]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False))
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    else:
        for row in rows:
            _show(row)


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
            click.echo(f"{sample.language} {sample.name}: {fault}")
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
        every = templates.samples(house_of(kit.settings, is_answerable=kit.is_answerable))
        return [sample for sample in every if language in (None, sample.language)]
    except ValueError as error:
        raise click.ClickException(f"SIXDIGITS_PUBLIC_URL: {error}.") from error


def _row(sample: Sample, prices: dict[str, tuple[Decimal, str]]) -> dict[str, Any]:
    costs = {
        f"price_{gateway}": f"{price * sample.size.parts} {currency}"
        for gateway, (price, currency) in prices.items()
    }
    return {
        "name": sample.name,
        "language": sample.language,
        "encoding": sample.size.encoding.value,
        "units": sample.size.units,
        "segments": sample.size.parts,
        "spare": sample.spare,
        "text": sample.text,
    } | costs


def _show(row: dict[str, Any]) -> None:
    size = f"{row['segments']} segment of {row['encoding']}, {row['spare']} characters spare"
    costs = [f"{name[6:]} {row[name]}" for name in row if name.startswith("price_")]
    click.secho(f"{row['language']} {row['name']}: {', '.join([size, *costs])}", bold=True)
    click.echo("\n".join(f"    {line}" for line in row["text"].splitlines()))
