"""What came of a run, in the figures that people ask for."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from cli.simulate.people import Person
from cli.simulate.world import Lived


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares are of honest people, 0 to 1; money in US dollars."""

    scenario: str
    strategy: str
    people: int
    within_30: float
    within_60: float
    logged_in: float
    median_wait: float | None
    texts: int
    texts_per_login: float | None
    cost_per_login: float | None
    conversion: float | None  # logins for each text to an honest person
    attackers_texts: int
    attackers_cost: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def figures(lived: Lived) -> Figures:
    """Count a run."""
    honest = [person for person in lived.people if not person.is_attacker]
    phones = {person.phone.e164 for person in honest}
    texts = [taken for taken in lived.books if taken.to in phones]
    attacks = [taken for taken in lived.books if taken.to not in phones]
    waits = sorted(person.wait for person in honest if person.wait is not None)
    cost = float(sum(taken.cost for taken in texts))
    return Figures(
        scenario=lived.run.scenario.name,
        strategy=lived.run.strategy,
        people=len(honest),
        within_30=share_within(honest, 30),
        within_60=share_within(honest, 60),
        logged_in=len(waits) / len(honest),
        median_wait=round(median(waits), 1) if waits else None,
        texts=len(texts),
        texts_per_login=len(texts) / len(waits) if waits else None,
        cost_per_login=cost / len(waits) if waits else None,
        conversion=len(waits) / len(texts) if texts else None,
        attackers_texts=len(attacks),
        attackers_cost=float(sum(taken.cost for taken in attacks)),
    )


def share_within(people: Sequence[Person], seconds: float) -> float:
    """How many of these people were in after so many seconds, 0 to 1."""
    return sum(p.wait is not None and p.wait <= seconds for p in people) / (len(people) or 1)
