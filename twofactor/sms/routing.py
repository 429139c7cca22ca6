"""Which gateway tries next. Pure; every choice comes with its reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """A gateway, and why it."""

    gateway: str
    reason: str


def choose(
    preferred: Sequence[str], refused: Collection[str], silent: Collection[str]
) -> Choice | None:
    """The next gateway for a text; None when every one has refused it.

    `preferred` is the operator's order; `refused` said no to this very text; `silent` carried an
    earlier text of the same code that did not get through, so the others come first.
    """
    open_to_us = [name for name in preferred if name not in refused]
    fresh = [name for name in open_to_us if name not in silent]
    if fresh:
        name = fresh[0]
        if refused:
            return Choice(name, f"next after {', '.join(sorted(refused))} refused")
        if silent and preferred[0] in silent:
            return Choice(name, f"another way than {', '.join(sorted(silent))}")
        return Choice(name, "first in the operator's order")
    if open_to_us:
        return Choice(open_to_us[0], "no other gateway is left")
    return None
