"""The worlds there are: gateways with their prices and manners, and what goes wrong when.

Times are shares of the whole run, 0 to 1; prices are US dollars a segment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Carrier:
    """A phone network, known by the first digits of its numbers."""

    prefix: str
    country: str
    slower: float = 1.0  # times the gateway's own delay


@dataclass(frozen=True, slots=True)
class GatewayPlan:
    """A gateway on an ordinary day."""

    name: str
    price: str
    seconds: float  # to the phone, half of all texts
    loss: float = 0.005
    receipts: float = 0.95  # of the texts that arrive, with a receipt

    @property
    def cost(self) -> Decimal:
        return Decimal(self.price)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with one gateway for a part of the run."""

    gateway: str
    start: float = 0.0
    end: float = 1.0
    minutes: float | None = None  # instead of `end`
    country: str = ""  # empty: everywhere
    is_down: bool = False  # half of the calls are refused, half never answered
    drops: float = 0.0  # share of texts that never arrive
    fakes_receipts: bool = False
    slows_to: float = 0.0  # seconds to the phone at the end, growing evenly


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world to be lived through."""

    name: str
    told: str
    gateways: tuple[GatewayPlan, ...]
    troubles: tuple[Trouble, ...] = ()
    attackers: float = 0.0  # for each honest person
    has_limits: bool = False
    carriers: tuple[Carrier, ...] = field(default=())


CARRIERS = (
    Carrier("+25677", "UG"),
    Carrier("+25675", "UG", slower=1.2),
    Carrier("+25472", "KE"),
    Carrier("+25473", "KE", slower=1.1),
    Carrier("+23324", "GH"),
)
ATTACKED = Carrier("+99293", "TJ")  # dear to reach, and nobody honest lives there

GATEWAYS = (
    GatewayPlan("alfa", "0.0500", 3.0),
    GatewayPlan("bravo", "0.0450", 4.0, loss=0.01),
    GatewayPlan("charlie", "0.0400", 5.0, loss=0.015),
)
SPREAD = (
    GatewayPlan("alfa", "0.0900", 3.0),
    GatewayPlan("bravo", "0.0550", 3.5),
    GatewayPlan("charlie", "0.0300", 4.0),
    GatewayPlan("delta", "0.0200", 4.0),
)

CALM = Scenario("calm", "nothing goes wrong", GATEWAYS, carriers=CARRIERS)
SCENARIOS: Mapping[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        CALM,
        replace(
            CALM,
            name="outage",
            told="the best gateway is down for 10 minutes",
            troubles=(Trouble("alfa", start=0.4, minutes=10, is_down=True),),
        ),
        replace(
            CALM,
            name="fake-receipts",
            told="the first gateway reports every text delivered and drops 40 % in one country",
            troubles=(Trouble("alfa", start=0.25, country="UG", drops=0.4, fakes_receipts=True),),
        ),
        replace(
            CALM,
            name="price-spread",
            told="gateways alike but for their prices; the cheapest drops a quarter of all texts",
            gateways=SPREAD,
            troubles=(Trouble("delta", drops=0.25, fakes_receipts=True),),
        ),
        replace(
            CALM,
            name="slow-decay",
            told="the first gateway becomes slower and slower",
            troubles=(Trouble("alfa", start=0.2, slows_to=90.0),),
        ),
        replace(
            CALM,
            name="pumping",
            told="attackers ask for texts to numbers that earn them money",
            attackers=3.0,
            has_limits=True,
        ),
    )
}
