"""What a look found."""

from dataclasses import dataclass
from enum import StrEnum


class Colour(StrEnum):
    """How bad it is."""

    GREEN = "green"  # as it should be
    YELLOW = "yellow"  # works, but look at it
    RED = "red"  # people can't log in, or soon can't


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor; `remedy` is empty for green."""

    colour: Colour
    part: str
    what: str
    remedy: str = ""


def green(part: str, what: str) -> Finding:
    return Finding(Colour.GREEN, part, what)


def yellow(part: str, what: str, remedy: str) -> Finding:
    return Finding(Colour.YELLOW, part, what, remedy)


def red(part: str, what: str, remedy: str) -> Finding:
    return Finding(Colour.RED, part, what, remedy)
