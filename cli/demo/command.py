"""`flask demo`: fill a development database with an invented past."""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from cli.demo.load import Loader
from cli.demo.past import ATTEMPTS, MESSAGES, RECEIPTS, Past, Rows
from cli.demo.people import invent
from cli.demo.world import HOURS
from cli.group import Ready
from twofactor.extensions import db
from twofactor.house import house
from twofactor.kit import Kit
from twofactor.models import Attempt, Message
from twofactor.models.database import transaction
from twofactor.models.rollups import HOUR
from twofactor.sms.stats import rollup
from twofactor.sms.stats.measures import start

CHUNK = 25_000  # messages a transaction
LINES = 10  # of progress, where there is no terminal


@click.command("demo", cls=Ready)
@click.option("--messages", default=20_000, show_default=True, type=click.IntRange(1))
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 400))
@click.option("--seed", default=1, show_default=True, help="Same seed, same world.")
@with_appcontext
def demo(messages: int, days: int, seed: int) -> None:
    """Fill a development database with invented people, messages, receipts and roll-ups.

    Example: flask demo --messages 100000 --days 30 --seed 7
    """
    kit = house().kit
    if kit.settings.is_production:
        raise click.ClickException(
            "This is production: invented messages would spoil real figures. "
            "Set SIXDIGITS_ENV=development and another SIXDIGITS_DATABASE_URL."
        )
    if db.session.scalar(select(Message.id).where(Message.sid.startswith(f"SM{_tag(seed)}"))):
        raise click.ClickException(
            f"The messages of seed {seed} are there already. Choose another --seed."
        )
    began = time.perf_counter()
    fill(kit, messages, days, seed)
    seconds = time.perf_counter() - began
    click.echo(f"{messages:,} messages in {seconds:.1f} s, {messages / seconds:,.0f} a second.")
    click.echo(f"Look at {kit.settings.public_url}/operator/deliveries", err=True)


def fill(kit: Kit, messages: int, days: int, seed: int) -> None:
    """Invent and write everything, CHUNK messages a transaction."""
    since = datetime.fromtimestamp(start(kit.now(), HOUR), UTC) - timedelta(hours=days * 24 - 1)
    chance = Random(seed)  # noqa: S311 -- an invented world, the same again by its seed
    with transaction():
        people = invent(kit, messages, since, seed, chance)
    first = (_last(Message.id), _last(Attempt.id))
    past: Past | None = None
    with click.progressbar(length=messages, label="Inventing") as bar:
        done = shown = 0
        for chunk in _chunks(_plan(kit, messages, days, since, chance)):
            with transaction() as session:
                loader = Loader(session.connection())
                past = past or Past(kit, people, first, seed, loader)
                past.loader, rows = loader, Rows()
                for hour, times in chunk:
                    past.hour(rows, hour, times)
                _write(loader, rows, kit.now())
            count = sum(len(times) for _, times in chunk)
            done += count
            bar.update(count)
            if not sys.stdout.isatty() and done * LINES // messages > shown:
                shown = done * LINES // messages
                click.echo(f"{done:,} of {messages:,} messages")


def _write(loader: Loader, rows: Rows, now: datetime) -> None:
    loader.write("messages", MESSAGES, rows.messages)
    loader.write("attempts", ATTEMPTS, rows.attempts)
    loader.write("receipts", RECEIPTS, rows.receipts)
    for table in ("users", "messages", "attempts"):
        loader.number_on(table)
    rollup.add(rows.deltas, now)


def _plan(
    kit: Kit, messages: int, days: int, since: datetime, chance: Random
) -> Iterator[tuple[datetime, list[float]]]:
    """Each hour with the seconds of its messages, ascending; busy by day, calm by night."""
    hours = [since + timedelta(hours=number) for number in range(days * 24)]
    running = (kit.now() - hours[-1]).total_seconds() / 3600
    weights = [float(HOURS[hour.hour]) for hour in hours]
    weights[-1] *= running
    whole, given, seen = sum(weights), 0, 0.0
    for hour, weight in zip(hours, weights, strict=True):
        seen += weight
        count = round(messages * seen / whole) - given
        given += count
        length = 3600 * (running if hour == hours[-1] else 1)
        yield hour, sorted(chance.random() * length for _ in range(count))


def _chunks(
    plan: Iterator[tuple[datetime, list[float]]],
) -> Iterator[list[tuple[datetime, list[float]]]]:
    """Hours together until they are worth a transaction; a busy hour is cut."""
    chunk: list[tuple[datetime, list[float]]] = []
    size = 0
    for hour, times in plan:
        for place in range(0, len(times), CHUNK):
            part = times[place : place + CHUNK]
            chunk.append((hour, part))
            size += len(part)
            if size >= CHUNK:
                yield chunk
                chunk, size = [], 0
    if chunk:
        yield chunk


def _last(column: object) -> int:
    return db.session.scalar(select(func.max(column))) or 0


def _tag(seed: int) -> str:
    return f"{seed & 0xFFFFFFFF:08x}"
