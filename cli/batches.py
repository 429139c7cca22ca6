"""flask batches: texts to many, how far they are."""

import csv
import json
import sys
from typing import Any

import click
from sqlalchemy import select

from cli.group import Group
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Batch
from twofactor.models.database import transaction
from twofactor.sms import bulk

batches = Group("batches", help="Texts to many.")


@batches.command("list")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table")
def list_batches(form: str) -> None:
    """Show every batch, newest first, and how many of its texts wait, were sent, or failed."""
    newest = select(Batch).order_by(Batch.id.desc())
    rows = [_row(batch) for batch in db.session.scalars(newest)]
    if form == "json":
        click.echo(json.dumps(rows))
    elif form == "csv" and rows:
        writer = csv.DictWriter(sys.stdout, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    elif form == "table":
        _table(rows)


@batches.command("stop")
@click.argument("name")
def stop(name: str) -> None:
    """Send nothing more of the batch NAME; texts that a gateway has can't be called back."""
    with transaction():
        batch = bulk.named(name)
        if batch is None:
            raise click.UsageError(f"There is no batch {name!r}. See: flask batches list")
        ended = bulk.stop(house().kit, batch)
    click.echo(f"{ended} texts will not be sent.")


def _row(batch: Batch) -> dict[str, Any]:
    far = bulk.progress(batch)
    return {
        "name": batch.name,
        "purpose": batch.purpose,
        "created_at": batch.created_at.isoformat(),
        "total": far.total,
        "waiting": far.waiting,
        "sent": far.sent,
        "failed": far.failed,
        "stopped": batch.stopped_at is not None,
    }


def _table(rows: list[dict[str, Any]]) -> None:
    if not rows:
        click.echo("There are no texts to many. One source: flask users import FILE --invite")
        return
    click.echo(f"{'name':24}{'total':>9}{'waiting':>9}{'sent':>9}{'failed':>9}")
    for row in rows:
        numbers = "".join(f"{row[name]:>9}" for name in ("total", "waiting", "sent", "failed"))
        click.echo(f"{row['name'][:23]:24}{numbers}{'  stopped' if row['stopped'] else ''}")
