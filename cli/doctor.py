"""flask doctor: what is wrong, and what to do about it."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from twofactor.doctor import inside, outside
from twofactor.doctor.finding import Colour, Finding
from twofactor.gateways.wire import Wire
from twofactor.house import house

MARKS = {Colour.GREEN: "ok ", Colour.YELLOW: "?  ", Colour.RED: "!  "}


@click.command("doctor")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@with_appcontext
def doctor(form: str) -> None:
    """Check database, migrations, keys, clock, public address, webhooks, gateways and workers.

    Green, yellow or red, each with its remedy; exit code 1 when anything is red.
    """
    found = list(_findings())
    if form == "json":
        rows = [{n: getattr(one, n) for n in ("colour", "part", "what", "remedy")} for one in found]
        click.echo(json.dumps(rows))
    else:
        for one in found:
            _show(one)
    if any(one.colour is Colour.RED for one in found):
        sys.exit(1)


def _findings() -> Iterator[Finding]:
    kit, wire = house().kit, Wire()
    first = [inside.database(kit), inside.migrations(Path(current_app.root_path) / "migrations")]
    yield from first
    yield inside.countries(kit)
    if all(one.colour is not Colour.RED for one in first):  # the others need the tables
        yield inside.keys(kit)
        yield from inside.workers(kit)
    yield from outside.address(kit, wire)
    yield from outside.webhooks(kit, wire)
    yield from outside.gateways(kit)


def _show(one: Finding) -> None:
    click.secho(f"{MARKS[one.colour]}{one.part}: {one.what}", fg=one.colour.value)
    if one.remedy:
        click.echo(f"     {one.remedy}")
