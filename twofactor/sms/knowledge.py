"""The rows that routing decides on, as they are at one moment."""

from collections.abc import Collection, Hashable, Mapping
from datetime import datetime

from twofactor.kit import Kit
from twofactor.sms import breaker, leaders, prices, rates
from twofactor.sms.breaker import State
from twofactor.sms.prices import Listed
from twofactor.sms.routing import Candidate, Ranking, Record, places, rank


class Knowledge:
    """What is known of the gateways at one moment: each row is read once, for all the texts that
    one claim finds ways for."""

    def __init__(self, kit: Kit, now: datetime) -> None:
        self.kit, self.now = kit, now
        self.states = breaker.states(list(kit.gateways))
        self._lists: dict[str, Mapping[str, Listed]] = {}
        self._records: dict[tuple[str, str], Mapping[str, list[Record]]] = {}
        self._leaders: dict[str, tuple[str | None, datetime | None]] = {}
        self._rankings: dict[Hashable, Ranking] = {}

    def lists(self, country: str) -> Mapping[str, Listed]:
        """What the price lists say."""
        if country not in self._lists:
            self._lists[country] = prices.at(list(self.kit.gateways), country, self.now)
        return self._lists[country]

    def candidates(self, country: str, carrier: str, usable: Collection[State]) -> list[Candidate]:
        """What `rank` needs to know of each gateway."""
        if (country, carrier) not in self._records:
            at = places(country, carrier)
            self._records[country, carrier] = rates.read(list(self.states), at, self.now)
        records, lists = self._records[country, carrier], self.lists(country)
        money = self.kit.settings.money
        return [
            Candidate(
                state.gateway,
                records[state.gateway],
                money.converted(lists[state.gateway].per_segment, lists[state.gateway].currency)
                if state.gateway in lists
                else None,
                state.is_lowered(self.now),
            )
            for state in usable
        ]

    def ranking(
        self,
        country: str,
        carrier: str,
        usable: Collection[State],
        *,
        leader: str | None,
        may_change: bool,
        chance: float,
    ) -> Ranking:
        """What `rank` says; the same for all that differ by chance alone, and do not explore."""
        rules = self.kit.settings.routing
        names = tuple(state.gateway for state in usable)
        alike = (country, carrier, names, leader, may_change)
        is_plain = chance >= rules.explore
        if is_plain and alike in self._rankings:
            return self._rankings[alike]
        candidates = self.candidates(country, carrier, usable)
        ranked = rank(candidates, rules, leader=leader, may_change=may_change, chance=chance)
        if is_plain:
            self._rankings[alike] = ranked
        return ranked

    def leader(self, country: str) -> tuple[str | None, datetime | None]:
        """Who leads in a country, since when."""
        if country not in self._leaders:
            self._leaders[country] = leaders.leader(country)
        return self._leaders[country]

    def change(self, country: str, led: str | None, ranking: Ranking) -> None:
        """Put a new leader on record: once, whoever sees it first."""
        leaders.change(country, led, ranking, self.now)
        self._leaders[country] = (ranking.leader, self.now)
