"""flask batches: texts to many, how far they are."""

from typing import Any

import click
from sqlalchemy import select

from cli.group import Group
from cli.output import format_option, show
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Batch
from twofactor.models.database import transaction
from twofactor.sms import bulk

COLUMNS = ("name", "purpose", "created_at", "total", "waiting", "sent", "failed", "stopped")

batches = Group("batches", help="Texts to many.")


@batches.command("list")
@format_option()
def list_batches(form: str) -> None:
    """Show every batch, newest first, and how many of its texts wait, were sent, or failed."""
    newest = select(Batch).order_by(Batch.id.desc())
    rows = [_row(batch) for batch in db.session.scalars(newest)]
    if not rows:
        source = "flask users import FILE --invite"
        click.echo(f"There are no texts to many. One source: {source}", err=True)
    show(form, COLUMNS, rows)


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
