"""The way of one text: what is known is read, ranked, and a change of leader put on record.

`routing` decides; here stand the rows it decides on.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from twofactor.kit import Kit
from twofactor.sms import breaker, leaders, prices, rates
from twofactor.sms.breaker import State
from twofactor.sms.prices import Listed
from twofactor.sms.routing import Candidate, Ranking, places, rank

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
    kit: Kit,
    country: str,
    carrier: str,
    *,
    refused: Collection[str],
    tried: Collection[str],
    because: str,
    now: datetime,
) -> Way | Later | None:
    """The next gateway for a text; None when every one has refused it for good.

    `refused` said no to this very text; `tried` are busy, or carried an earlier text of the same
    code that did not get through: the others come first. `because` says so; '' for a first try.
    """
    states = breaker.states(list(kit.gateways))
    left = [s for name, s in states.items() if name not in refused and not s.is_off]
    if not left:
        return None
    usable = [state for state in left if not state.is_open(now)]
    if not usable:
        return Later(min(opens(state) for state in left))
    lists = prices.at(list(kit.gateways), country, now)
    ranking = _rank(kit, country, carrier, usable, lists, now, may_explore=not because)
    order = [s.gateway for s in ranking.order]
    ways = [name for name in order if name not in tried] + [n for n in order if n in tried]
    trials = {name for name in ways if states[name].needs_probe(now)}
    chosen = next((n for n in ways if n not in trials or breaker.take_probe(n, now)), None)
    if chosen is None:
        return Later(now + breaker.PROBE)
    listed = lists.get(chosen)
    reason = ranking.told(chosen)
    if because:
        reason = "no other gateway is left" if chosen in tried else because
    elif chosen in trials:
        reason = "tries whether it works again"
    return Way(
        chosen,
        reason[:200],
        listed.per_segment if listed else None,
        listed.currency if listed else "",
        has_others=any(name != chosen and name not in tried for name in ways),
    )


def only(kit: Kit, country: str, gateway: str, refused: Collection[str]) -> Way | None:
    """The one gateway that an operator wants to try, whatever its state; None once it refused."""
    if gateway in refused or gateway not in kit.gateways:
        return None
    listed = prices.at([gateway], country, kit.now()).get(gateway)
    return Way(
        gateway,
        "an operator tries it",
        listed.per_segment if listed else None,
        listed.currency if listed else "",
        has_others=False,
    )


def candidates(
    kit: Kit,
    country: str,
    carrier: str,
    usable: Collection[State],
    lists: Mapping[str, Listed],
    now: datetime,
) -> list[Candidate]:
    """What `rank` needs to know of each gateway."""
    names = [state.gateway for state in usable]
    records = rates.read(names, places(country, carrier), now)
    money = kit.settings.money
    return [
        Candidate(
            state.gateway,
            records[state.gateway],
            money.converted(lists[state.gateway].per_segment, lists[state.gateway].currency)
            if state.gateway in lists
            else None,
            state.is_lowered(now),
        )
        for state in usable
    ]


def _rank(
    kit: Kit,
    country: str,
    carrier: str,
    usable: Collection[State],
    lists: Mapping[str, Listed],
    now: datetime,
    *,
    may_explore: bool,
) -> Ranking:
    """Rank, and put a change of leader on record: once, whoever sees it first."""
    led, since = leaders.leader(country)
    ranking = rank(
        candidates(kit, country, carrier, usable, lists, now),
        kit.settings.routing,
        leader=led,
        may_change=since is None or now >= since + leaders.STAYS,
        chance=kit.chance() if may_explore else NO_EXPLORING,
    )
    is_away = led in kit.gateways and led not in {s.gateway for s in usable}
    if led != ranking.leader and not is_away:
        leaders.change(country, led, ranking, now)
    return ranking


def opens(state: State) -> datetime:
    """When a gateway that is out of order may be tried again. Raises ValueError for one that is
    not."""
    opens = state.probe_until or state.open_until
    if opens is None:
        raise ValueError(f"{state.gateway} is not out of order")
    return opens
