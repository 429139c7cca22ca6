"""The deliveries page at few and at many messages, asked in turns.

Target: p95 at most 100 ms at many, and at most twice the time at few. Beside it stands the median
of the processor's time, which other work on the machine disturbs less. The databases are those of
`flask demo`; they are made where they are missing and kept for the next run.
"""

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from cli.demo.command import fill
from tests.cast import OLIVE, Cast
from tests.settings import settings_from
from twofactor.clock import FixedClock, SystemClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Message
from twofactor.verify import users
from wsgi import create_app

FEW = 10_000
P95_SECONDS = 0.100
RATIO = 2.0
PAGES = (
    "/operator/deliveries",
    "/operator/deliveries?period=7d",
    "/operator/deliveries?period=30d",
    "/operator/deliveries?period=15m",
    "/operator/deliveries?gateway=twilio&country=UG",
    "/operator/messages",
    "/operator/alerts",
)
Times = list[tuple[float, float]]  # by the clock and by the processor


def main(arguments: list[str]) -> bool:
    """Measure and print; True when the targets are met."""
    options = _options(arguments)
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    few, many = (_client(folder, count, options.days) for count in (FEW, options.messages))
    met = True
    print(f"{'':48}{'few':^18}{'many':^18}   ms, {options.messages:,}")
    print(f"{'page':48}{'p95':>9}{'cpu':>9}{'p95':>9}{'cpu':>9}{'ratio':>8}")
    for page in PAGES:
        times: tuple[Times, Times] = ([], [])
        for _ in range(options.rounds):
            for client, seen in zip((few, many), times, strict=True):
                seen.append(_seconds(client, page))
        (low, low_cpu), (high, high_cpu) = map(_told, times)
        met = met and high <= P95_SECONDS * 1000 and high <= RATIO * low
        print(f"{page:48}{low:>9.1f}{low_cpu:>9.1f}{high:>9.1f}{high_cpu:>9.1f}{high / low:>8.2f}")
    print("targets met" if met else "targets missed")
    return met


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench dashboard")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=100)
    kept = Path(tempfile.gettempdir()) / "sixdigits-bench"
    parser.add_argument("--folder", default=str(kept), help="where the databases are kept")
    return parser.parse_args(arguments)


def _client(folder: Path, messages: int, days: int) -> FlaskClient:
    """Olive's browser in a house with so many messages."""
    path = folder / f"{messages}-{days}.sqlite3"
    home = folder / f"{messages}-{days}"
    home.mkdir(exist_ok=True)
    settings = settings_from(
        {"DATABASE_URL": f"sqlite:///{path}", "LOG_LEVEL": "ERROR", "LIMITS": "off"}, home
    )
    clock = FixedClock(SystemClock().now())
    app = create_app(settings, clock)
    with app.app_context():
        db.create_all()
        if db.session.scalar(select(Message.id).limit(1)) is None:
            fill(house().kit, messages, days, seed=1)
        is_empty = users.by_email(OLIVE) is None
    if is_empty:
        Cast(app, clock)
    return _olive(app, clock)


def _olive(app: Flask, clock: FixedClock) -> FlaskClient:
    cast = Cast.__new__(Cast)
    cast.app, cast.clock = app, clock
    return cast.logged_in(OLIVE).client


def _seconds(client: FlaskClient, page: str) -> tuple[float, float]:
    began, busy = time.perf_counter(), time.process_time()
    answer = client.get(page, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    took = time.perf_counter() - began, time.process_time() - busy
    assert answer.status_code == 200, answer.status
    return took


def _told(times: Times) -> tuple[float, float]:
    """p95 by the clock and the median of the processor's time, in milliseconds."""
    walls, busy = zip(*times, strict=True)
    return quantiles(walls, n=20, method="inclusive")[-1] * 1000, median(busy) * 1000
