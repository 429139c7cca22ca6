"""The way of one text: what is known is ranked, and a change of leader put on record.

`routing` decides; `knowledge` reads the rows it decides on.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from twofactor.sms import breaker, leaders
from twofactor.sms.breaker import State
from twofactor.sms.knowledge import Knowledge
from twofactor.sms.routing import Ranking

NO_EXPLORING = 1.0


@dataclass(frozen=True, slots=True)
class Way:
    """A gateway for a text, and why it."""

    gateway: str
    reason: str
    price: Decimal | None  # of a segment, as its list says
    currency: str
    has_others: bool  # that could be asked at once if this one refuses


@dataclass(frozen=True, slots=True)
class Later:
    """Every gateway that is left is out of order until then."""

    at: datetime


def pick(
    known: Knowledge,
    country: str,
    carrier: str,
    *,
    refused: Collection[str],
    tried: Collection[str],
    because: str,
    may_explore: bool = True,
) -> Way | Later | None:
    """The next gateway for a text; None when every one has refused it for good.

    `refused` said no to this very text; `tried` are busy, or carried an earlier text of the same
    code that did not get through: the others come first. `because` says so; '' for a first try.
    """
    now, states = known.now, known.states
    left = [s for name, s in states.items() if name not in refused and not s.is_off]
    if not left:
        return None
    usable = [state for state in left if not state.is_open(now)]
    if not usable:
        return Later(min(opens(state) for state in left))
    ranking = _rank(known, country, carrier, usable, may_explore=may_explore and not because)
    order = [s.gateway for s in ranking.order]
    ways = [name for name in order if name not in tried] + [n for n in order if n in tried]
    trials = {name for name in ways if states[name].needs_probe(now)}
    chosen = next((n for n in ways if n not in trials or breaker.take_probe(n, now)), None)
    if chosen is None:
        return Later(now + breaker.PROBE)
    reason = ranking.told(chosen)
    if because:
        reason = "no other gateway is left" if chosen in tried else because
    elif chosen in trials:
        reason = "tries whether it works again"
    has_others = any(name != chosen and name not in tried for name in ways)
    return _way(known, country, chosen, reason, has_others=has_others)


def only(known: Knowledge, country: str, gateway: str, refused: Collection[str]) -> Way | None:
    """The one gateway that an operator wants to try, whatever its state; None once it refused."""
    if gateway in refused or gateway not in known.states:
        return None
    return _way(known, country, gateway, "an operator tries it", has_others=False)


def _way(known: Knowledge, country: str, gateway: str, reason: str, *, has_others: bool) -> Way:
    listed = known.lists(country).get(gateway)
    return Way(
        gateway,
        reason[:200],
        listed.per_segment if listed else None,
        listed.currency if listed else "",
        has_others,
    )


def _rank(
    known: Knowledge, country: str, carrier: str, usable: Collection[State], *, may_explore: bool
) -> Ranking:
    """Rank, and put a change of leader on record."""
    kit = known.kit
    led, since = known.leader(country)
    ranking = known.ranking(
        country,
        carrier,
        usable,
        leader=led,
        may_change=since is None or known.now >= since + leaders.STAYS,
        chance=kit.chance() if may_explore else NO_EXPLORING,
    )
    is_away = led in kit.gateways and led not in {s.gateway for s in usable}
    if led != ranking.leader and not is_away:
        known.change(country, led, ranking)
    return ranking


def opens(state: State) -> datetime:
    """When a gateway that is out of order may be tried again. Raises ValueError for one that is
    not."""
    opens = state.probe_until or state.open_until
    if opens is None:
        raise ValueError(f"{state.gateway} is not out of order")
    return opens
