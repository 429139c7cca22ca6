"""What the time of an answer tells of an address (S-46): all kinds asked for in random turns.

Target: no two kinds of one page differ by 5 ms or more in their medians, with 99 % confidence. The
processor's times stand beside the clock's, which a busy machine makes coarse.
"""

import argparse
import itertools
import math
import random
import tempfile
import time
from pathlib import Path
from statistics import median

from flask.testing import FlaskClient
from sqlalchemy import update

from tests.browser import Browser
from tests.cast import ALICE, BOB, OLIVE, Cast
from tests.settings import settings_from
from twofactor.clock import FixedClock, SystemClock
from twofactor.extensions import db
from twofactor.models import User
from twofactor.models.database import transaction
from wsgi import create_app

CLAIMED = "claimed@example.com"
TARGET_MS = 5.0
RESAMPLES = 400
KINDS = {
    "/login": {
        "unknown": "nobody{}@example.com",
        "owner": ALICE,
        "no phone": BOB,
        "disabled": OLIVE,
        "claimed": CLAIMED,
    },
    "/login/forgotten": {"unknown": "nobody{}@example.com", "owner": ALICE, "claimed": CLAIMED},
    "/signup": {"new": "new{}@example.com", "owner": ALICE, "claimed": CLAIMED},
}
Times = dict[str, list[tuple[float, float]]]  # clock and processor, in milliseconds


def main(arguments: list[str]) -> bool:
    """Measure and print; True when the target is met."""
    parser = argparse.ArgumentParser(prog="python -m bench login_timing")
    parser.add_argument("--samples", type=int, default=1_200, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", choices=list(KINDS), action="append")
    options = parser.parse_args(arguments)
    chance, met = random.Random(options.seed), True
    with tempfile.TemporaryDirectory() as folder:
        browser = _browser(Path(folder))
        for page in options.page or KINDS:
            met = _report(page, _measure(browser, page, options.samples, chance), chance) and met
    print("target met" if met else "target missed")
    return met


def _browser(folder: Path) -> Browser:
    """A browser in front of a house without limits that knows the cast and one claim."""
    settings = settings_from({"LIMITS": "off", "LOG_LEVEL": "ERROR"}, folder)
    clock = FixedClock(SystemClock().now())
    app = create_app(settings, clock)
    with app.app_context():
        db.create_all()
    Cast(app, clock)
    with app.app_context(), transaction():
        db.session.execute(update(User).where(User.email == OLIVE).values(disabled_at=clock.now()))
    Browser(app).post("/signup", email=CLAIMED, password="a password of the claimant")
    return Browser(app)


def _measure(browser: Browser, page: str, samples: int, chance: random.Random) -> Times:
    turns = [kind for kind in KINDS[page] for _ in range(samples)]
    chance.shuffle(turns)
    times: Times = {kind: [] for kind in KINDS[page]}
    token = browser.token(page)
    for number, kind in enumerate(turns):
        form = {"email": KINDS[page][kind].format(number), "password": f"wrong, and new {number}"}
        times[kind].append(_ask(browser.client, page, {"csrf_token": token, **form}))
        if page == "/signup":  # logged in now: start over as a stranger
            browser.client.delete_cookie("sixdigits")
            token = browser.token(page)
    return times


def _ask(client: FlaskClient, page: str, form: dict[str, str]) -> tuple[float, float]:
    clock, processor = time.perf_counter(), time.thread_time()
    answer = client.post(page, data=form)
    took = time.perf_counter() - clock, time.thread_time() - processor
    assert answer.status_code in (200, 303), answer.status
    return took[0] * 1000, took[1] * 1000


def _report(page: str, times: Times, chance: random.Random) -> bool:
    samples = len(next(iter(times.values())))
    print(f"\n{page:18}{'clock':>9}{'processor':>11}   ms, medians of {samples}")
    for kind, seen in times.items():
        print(f"  {kind:16}{median(s[0] for s in seen):>9.2f}{median(s[1] for s in seen):>11.2f}")
    met = True
    for one, other in itertools.combinations(times, 2):
        for name, part in (("clock", 0), ("processor", 1)):
            a, b = [s[part] for s in times[one]], [s[part] for s in times[other]]
            low, high = _interval(a, b, chance)
            is_equal = max(abs(low), abs(high)) < TARGET_MS
            met = met and (is_equal or part == 1)
            print(
                f"  {one} - {other}, {name}: {median(a) - median(b):+.2f} ms, 99 % in "
                f"[{low:+.2f}, {high:+.2f}]; Kolmogorov-Smirnov p = {_same(a, b):.3f}"
                f"{'' if is_equal else '  MISSED'}"
            )
    return met


def _interval(a: list[float], b: list[float], chance: random.Random) -> tuple[float, float]:
    """Where the difference of the medians lies with 99 % confidence, by bootstrap."""
    found = sorted(
        median(chance.choices(a, k=len(a))) - median(chance.choices(b, k=len(b)))
        for _ in range(RESAMPLES)
    )
    return found[RESAMPLES // 200], found[-RESAMPLES // 200 - 1]


def _same(a: list[float], b: list[float]) -> float:
    """How likely so great a distance of two distributions is by chance (two-sample test)."""
    values = sorted([(value, 1 / len(a)) for value in a] + [(value, -1 / len(b)) for value in b])
    steps = itertools.accumulate(step for _, step in values)
    distance = max(abs(step) for step in steps)
    root = distance * math.sqrt(len(a) * len(b) / (len(a) + len(b)))
    terms = (math.exp(-2 * k * k * root * root) * (1 if k % 2 else -1) for k in range(1, 101))
    return min(1.0, max(0.0, 2 * sum(terms)))
