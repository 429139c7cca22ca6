"""Is this phone still in its owner's hands? A hook for those who can ask a carrier (S-23). Pure.

NIST 800-63B-4 section 3.1.3.1 asks to consider device swaps, SIM changes and porting before a
code is texted. Nobody is asked by default; give the Kit a `Lookup` to ask somebody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

FRESH = timedelta(days=7)  # a swap or port that young is a reason to refuse


class Line(StrEnum):
    """What kind of line a number is."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    VOIP = "voip"  # moves with a password, not with a SIM
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Signals:
    """What a lookup knows of a phone; None: it does not know."""

    swapped_at: datetime | None = None  # the SIM
    ported_at: datetime | None = None  # to another carrier
    line: Line = Line.UNKNOWN


class Lookup(Protocol):
    """Asks somebody who knows. Called inside the transaction of the send: answer from a cache, or
    within a second; raise nothing, and say Signals() when you do not know."""

    def look_up(self, phone: str) -> Signals: ...


class NoLookup:
    """Knows nothing, so that every phone passes."""

    def look_up(self, phone: str) -> Signals:
        return Signals()


def refusal(signals: Signals, now: datetime) -> str | None:
    """Why no code may be texted to this phone; None when nothing speaks against it."""
    if signals.line is Line.VOIP:
        return "voip"
    if signals.swapped_at is not None and now - signals.swapped_at < FRESH:
        return "sim swapped"
    if signals.ported_at is not None and now - signals.ported_at < FRESH:
        return "number ported"
    return None
