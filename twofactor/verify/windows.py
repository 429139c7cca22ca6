"""Rolling windows, told in slices of time: whether one more hit fits, and when. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

LATCH = 0  # the slice that holds the sum of its key's others; no slice of time starts then
ROUND = 60  # seconds: when a key is forgotten changes, in its index too, once a minute at most


class Hit(NamedTuple):
    """One hit under a key, where at most `most` are let through in any `window` seconds."""

    key: str
    most: int
    window: int
    grain: int  # seconds of one slice: it counts for up to that much longer than the window
    weight: int = 1

    def slice_of(self, second: int) -> int:
        """The slice that a hit of then stands in."""
        return second - second % self.grain

    def gone_until(self, second: int) -> int:
        """The last slice that counts no more."""
        return max(LATCH, second - self.window - self.grain)

    def forget_after(self, second: int) -> int:
        """When no window reaches a hit of then any more."""
        until = second + self.window + self.grain
        return until + -until % ROUND


@dataclass(slots=True)
class Sum:
    """What is counted under a key at one second, and where one more hit would stand."""

    slice: int
    until: int  # when to forget the hit
    total: int = 0  # with what has left the window
    gone: int | None = None  # what has left it; None: no slice has

    @property
    def live(self) -> int:
        """What counts."""
        return self.total - (self.gone or 0)


def first_full(hits: Sequence[Hit], sums: Sequence[Sum]) -> int | None:
    """The place of the first hit that does not fit."""
    for place, (hit, held) in enumerate(zip(hits, sums, strict=True)):
        if held.live + hit.weight > hit.most:
            return place
    return None


def wait(hit: Hit, frees: int | None, second: int) -> int:
    """Seconds until a hit fits, once the slice that `frees` room has left the window. None does for
    a hit that is heavier than its limit: it never fits."""
    start = hit.slice_of(second) if frees is None else frees
    return max(1, start + hit.grain + hit.window - second)
