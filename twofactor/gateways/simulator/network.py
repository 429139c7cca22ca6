"""What happens to a text on its way, decided by seed, phone and reference alone: pure.

The same three always meet the same fate. A phone that ends like one of ENDINGS meets that one.
Error codes and their meaning are Twilio's (twilio.com/docs/api/errors).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from twofactor.words import Status

ENDING_LENGTH = 6
NETWORK_LENGTH = 7  # + and the first digits: neighbours are with one carrier
SENT_SECONDS = (0.1, 0.4)
DELIVERED_SECONDS = (0.5, 3.0)
SLOW_SECONDS = 45.0
ECHO_SECONDS = 0.5  # from one receipt to the next where they come double or in disorder

UNREACHABLE = "30003"
UNKNOWN_ERROR = "30008"
NOT_A_MOBILE = "21614"
OPTED_OUT = "21610"
TOO_MANY = "20429"

# Invented names: nobody's losses here are those of a real company.
CARRIERS: Mapping[str, tuple[str, ...]] = {
    "+1": ("Prairie Wireless", "Harbor Mobile", "Redwood Cellular"),
    "+27": ("Protea Mobile", "Table Bay Cell"),
    "+33": ("Mobile du Midi", "Loire Télécom"),
    "+44": ("Pennine Mobile", "Thames Cellular", "Severn Telecom"),
    "+49": ("Rheinfunk", "Elbe Mobil"),
    "+91": ("Kaveri Mobile", "Deccan Cellular"),
    "+250": ("Virunga Mobile", "Kivu Cell"),
    "+254": ("Mara Mobile", "Rift Cellular"),
    "+255": ("Serengeti Mobile", "Pwani Cell"),
    "+256": ("Nile Mobile", "Crane Cellular", "Pearl Telecom"),
}
ELSEWHERE = ("First Carrier", "Second Carrier")


@dataclass(frozen=True, slots=True)
class Report:
    """One receipt to come."""

    after_seconds: float  # since the text was handed over
    status: Status
    error_code: str = ""


@dataclass(frozen=True, slots=True)
class Fate:
    """What will happen to one text. Delays are in seconds since it was handed over."""

    carrier: str
    delay_to_sent: float
    delay_to_final: float
    status: Status = Status.DELIVERED  # the last one reported; SENT: nothing more is ever heard
    error_code: str = ""
    refusal: str = ""  # error code of a text that the gateway does not take
    is_late: bool = False  # the phone gets the text with the last receipt, not at once
    is_answer_lost: bool = False  # it is taken, but the sender never hears so
    is_disorderly: bool = False  # receipts come twice and in the wrong order

    @property
    def delay_to_phone(self) -> float | None:
        """Until the text is on the phone; None for never. Receipts lag behind the phone."""
        if self.status is not Status.DELIVERED or self.refusal:
            return None
        return self.delay_to_final if self.is_late else 0.0

    @property
    def reports(self) -> tuple[Report, ...]:
        """The receipts that will come, in order."""
        if self.refusal:
            return ()
        sent = Report(self.delay_to_sent, Status.SENT)
        if self.status is Status.SENT:
            return (sent,)
        final = Report(self.delay_to_final, self.status, self.error_code)
        if not self.is_disorderly:
            return (sent, final)
        after = [self.delay_to_final + ECHO_SECONDS * step for step in (1, 2, 3)]
        return (
            final,
            replace(sent, after_seconds=after[0]),
            replace(final, after_seconds=after[1]),
            replace(sent, after_seconds=after[2]),
        )


# Like 555-9001: no row of phones counted upwards from 0 meets one by chance for a long while.
ENDINGS: Mapping[str, Mapping[str, Any]] = {
    "559001": {"status": Status.UNDELIVERED, "error_code": UNREACHABLE},
    "559002": {"delay_to_final": SLOW_SECONDS, "is_late": True},
    "559003": {"status": Status.SENT},
    "559004": {"refusal": NOT_A_MOBILE},
    "559005": {"refusal": TOO_MANY},
    "559006": {"is_disorderly": True},
    "559007": {"is_answer_lost": True},
    "559008": {"refusal": OPTED_OUT},
}


def fate(seed: str, to: str, reference: str, loss_percent: float = 0.0) -> Fate:
    """What happens to the text `reference` for the phone `to` (E.164). Of `loss_percent` of all
    texts one half is reported as undelivered, of the other nothing is heard."""
    ordinary = Fate(
        carrier=carrier(to),
        delay_to_sent=_between(SENT_SECONDS, seed, to, reference, "sent"),
        delay_to_final=_between(DELIVERED_SECONDS, seed, to, reference, "delivered"),
    )
    special = ENDINGS.get(to[-ENDING_LENGTH:])
    if special is not None:
        return replace(ordinary, **special)
    luck = _share(seed, to, reference, "loss") * 100
    if luck < loss_percent / 2:
        return replace(ordinary, status=Status.UNDELIVERED, error_code=UNKNOWN_ERROR)
    if luck < loss_percent:
        return replace(ordinary, status=Status.SENT)
    return ordinary


def carrier(to: str) -> str:
    """The simulated carrier of a phone; neighbouring phones have the same one."""
    names = next((CARRIERS[to[:n]] for n in (4, 3, 2) if to[:n] in CARRIERS), ELSEWHERE)
    return names[int(_share(to[:NETWORK_LENGTH]) * len(names))]


def _between(bounds: tuple[float, float], *parts: str) -> float:
    low, high = bounds
    return low + (high - low) * _share(*parts)


def _share(*parts: str) -> float:
    """A figure from 0 up to 1, evenly spread, always the same for the same parts."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48
