"""The invented world: who lives where, which gateway carries how well. Nothing in it is measured
of a real gateway, country or carrier."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from twofactor.words import ErrorClass, Purpose, Status


@dataclass(frozen=True, slots=True)
class Place:
    """A country of the demo. Phones are numbers that nobody can have: those that the regulator
    keeps for fiction (US: 555-01xx, NANPA; GB: 07700 900xxx, Ofcom; FR: 06 39 98 xx xx, ARCEP),
    elsewhere numbers with zeros where no plan has any."""

    country: str
    share: int
    pattern: str  # of its phones; # is any digit
    carriers: dict[str, int]  # invented, with their shares; '' where a phone tells none


PLACES = (
    Place("UG", 30, "+256000######", {"Nile Mobile": 52, "Crane Cell": 38, "Hill Tel": 10}),
    Place("KE", 16, "+254000######", {"Rift Mobile": 66, "Savanna": 26, "Coast Tel": 8}),
    Place("US", 15, "+1###55501##", {"": 1}),
    Place("GB", 11, "+447700900###", {"Thames": 34, "Pennine": 28, "Albion": 24, "Moor": 14}),
    Place("NG", 10, "+2340000######", {"Delta": 40, "Plateau": 27, "Lagoon": 21, "Sahel": 12}),
    Place("IN", 8, "+91000#######", {"Indus": 41, "Ganga": 37, "Deccan": 16, "Malabar": 6}),
    Place("DE", 6, "+49000#######", {"Rhein": 38, "Elbe": 33, "Isar": 29}),
    Place("FR", 4, "+3363998####", {"Loire": 39, "Seine": 27, "Rhône": 20, "Garonne": 14}),
)


@dataclass(frozen=True, slots=True)
class Carriage:
    """How a gateway carries texts in this world."""

    share: int
    price: Decimal
    currency: str
    median_seconds: float
    spread: float  # sigma of the logarithm
    delivered: float  # of what it takes
    refused: float  # of what it is offered


GATEWAYS = {
    "twilio": Carriage(45, Decimal("0.048"), "USD", 2.6, 0.7, 0.972, 0.006),
    "africastalking": Carriage(30, Decimal("0.021"), "USD", 3.4, 0.8, 0.957, 0.010),
    "egosms": Carriage(25, Decimal("35"), "UGX", 4.9, 0.9, 0.938, 0.018),
}
PURPOSES = {Purpose.LOGIN: 82, Purpose.ENROL: 9, Purpose.STEP_UP: 6, Purpose.NOTICE: 3}
CONFIRMED = 0.91  # of delivered codes
OUTAGE = ("egosms", "UG")  # carries badly in the last hours
OUTAGE_HOURS = 3
FAILURES = (  # status, error class, code, share
    (Status.UNDELIVERED, ErrorClass.RETRY, "30003", 38),
    (Status.UNDELIVERED, ErrorClass.BAD_PHONE, "30005", 22),
    (Status.EXPIRED, ErrorClass.EXPIRED, "30036", 16),
    (Status.REJECTED, ErrorClass.BLOCKED, "30007", 14),
    (Status.UNDELIVERED, ErrorClass.UNCLASSIFIED, "30008", 7),
    (Status.REJECTED, ErrorClass.OPTED_OUT, "21610", 3),
)
# How busy each hour of the day is, from midnight UTC on.
HOURS = (2, 1, 1, 1, 2, 4, 7, 10, 12, 12, 11, 10, 10, 10, 10, 10, 10, 11, 11, 10, 8, 6, 4, 3)


def phone(place: Place, chance: Random) -> str:
    """A phone of the place that nobody has."""
    digits = [str(chance.randrange(10)) if char == "#" else char for char in place.pattern]
    if place.country == "US":
        digits[2] = str(chance.randrange(2, 10))  # no area code begins with 0 or 1
    return "".join(digits)
