"""What routing promises, over many seeds: `python -m bench world [SEEDS [PROMISE …]]`."""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from cli.simulate import strategies
from cli.simulate.report import share_within
from cli.simulate.scenarios import SCENARIOS
from cli.simulate.world import START, Lived, Run, live
from tests.settings import settings_for
from wsgi import create_app

SEEDS = 20
USERS = {"outage": 100, "fake-receipts": 250, "price-spread": 80}
ALONE_SEEDS = 3  # that one gateway alone is looked at for, too
EXPLORED = 0.15  # of a window of texts: more than this means that a gateway still leads
WINDOW = 15


def lived(name: str, seed: int, strategy: str = strategies.OURS, policy: str = "quality") -> Lived:
    """One run of the size that the promises are made for."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_for(Path(folder))
        settings = replace(settings, routing=replace(settings.routing, policy=policy))
        return live(create_app, settings, Run(SCENARIOS[name], USERS[name], 60, seed, strategy))


def within_60_while_down(found: Lived) -> tuple[float, int]:
    """Of those who asked while the best gateway was down: the share in within 60 s; how many."""
    (trouble,) = found.run.scenario.troubles
    start = START + timedelta(minutes=found.run.minutes * trouble.start)
    end = start + timedelta(minutes=trouble.minutes or 0)
    asked = [p for p in found.people if p.asked_at and start <= p.asked_at < end]
    return share_within(asked, 60), len(asked)


def lost_after(found: Lived) -> int:
    """How many texts of the country the faking gateway got before it lost the lead there: what
    follows is no more than a little exploring."""
    (trouble,) = found.run.scenario.troubles
    start = START + timedelta(minutes=found.run.minutes * trouble.start)
    took = [
        text.gateway == trouble.gateway
        for text in found.books
        if text.at >= start and text.country == trouble.country
    ]
    for at in range(len(took)):
        stretch = took[at : at + WINDOW]
        if not took[at] and sum(stretch) <= EXPLORED * len(stretch):
            return sum(took[:at])
    return sum(took)


def cheaper_by(prefer: Lived, cost: Lived) -> tuple[float, float]:
    """What `cost` saves for each login, 0 to 1, and how many points fewer people it lets in."""
    saved = 1 - _each(cost) / _each(prefer)
    return saved, 100 * (_logged_in(prefer) - _logged_in(cost))


def _each(found: Lived) -> float:
    return float(sum(t.cost for t in found.books)) / sum(p.in_at is not None for p in found.people)


def _logged_in(found: Lived) -> float:
    return sum(p.in_at is not None for p in found.people) / len(found.people)


def _outage(seeds: range) -> bool:
    """All people of all seeds together: an outage of one seed meets too few for a hundredth."""
    good = people = 0.0
    for seed in seeds:
        share, count = within_60_while_down(lived("outage", seed))
        good, people = good + share * count, people + count
        print(f"outage seed {seed}: {share:.1%} of {count} within 60 s")
    alone = [within_60_while_down(lived("outage", n, strategies.ONE)) for n in seeds[:ALONE_SEEDS]]
    print(f"outage: {good / people:.2%} of {people:.0f} within 60 s; with one gateway alone:")
    print(f"  {', '.join(f'{share:.1%} of {count}' for share, count in alone)}")
    return good / people >= 0.99


def _fake_receipts(seeds: range) -> bool:
    counts = []
    for seed in seeds:
        counts.append(lost_after(lived("fake-receipts", seed)))
        print(f"fake-receipts seed {seed}: lost the country after {counts[-1]} texts")
    return max(counts) <= 50


def _price_spread(seeds: range) -> bool:
    held = []
    for seed in seeds:
        prefer = lived("price-spread", seed, policy="prefer")
        saved, points = cheaper_by(prefer, lived("price-spread", seed, policy="cost"))
        print(f"price-spread seed {seed}: {saved:.1%} saved, {points:+.2f} points fewer people in")
        held.append(saved >= 0.3 and points <= 1)
    return all(held)


PROMISES: dict[str, Callable[[range], bool]] = {
    "outage": _outage,
    "fake-receipts": _fake_receipts,
    "price-spread": _price_spread,
}


def main(options: list[str]) -> bool:
    """These promises in turn, or all; True when they hold."""
    seeds, names = int(options[0]) if options else SEEDS, options[1:]
    failed = [name for name in names or PROMISES if not PROMISES[name](range(1, seeds + 1))]
    print(f"does not hold: {', '.join(failed)}" if failed else "every promise holds")
    return not failed


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
