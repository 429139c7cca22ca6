"""The deliveries page at few and at many messages, asked in turns.

Target: p95 at most 100 ms at many, and at most twice the time at few. The databases are those of
`flask demo`; they are made where they are missing and kept for the next run.
"""

import argparse
import tempfile
import time
from pathlib import Path
from statistics import quantiles

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
)


def main(arguments: list[str]) -> bool:
    """Measure and print; True when the targets are met."""
    options = _options(arguments)
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    few, many = (_client(folder, count, options.days) for count in (FEW, options.messages))
    met = True
    print(f"{'page':34}{'few p95':>10}{'many p95':>10}{'ratio':>7}   ms, {options.messages:,}")
    for page in PAGES:
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(options.rounds):
            for client, seen in zip((few, many), times, strict=True):
                seen.append(_seconds(client, page))
        low, high = (quantiles(seen, n=20, method="inclusive")[-1] for seen in times)
        met = met and high <= P95_SECONDS and high <= RATIO * low
        print(f"{page:34}{low * 1000:>10.1f}{high * 1000:>10.1f}{high / low:>7.2f}")
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
    settings = settings_from({"DATABASE_URL": f"sqlite:///{path}", "LOG_LEVEL": "ERROR"}, home)
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


def _seconds(client: FlaskClient, page: str) -> float:
    began = time.perf_counter()
    answer = client.get(page, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    took = time.perf_counter() - began
    assert answer.status_code == 200, answer.status
    return took
