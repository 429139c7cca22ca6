"""Codes: drawn, and read from what a person typed. Pure."""

import secrets
import unicodedata
from collections.abc import Callable

SEPARATORS = frozenset(" -.\t\N{NO-BREAK SPACE}\N{EN DASH}\N{EM DASH}\N{HYPHEN}\N{MINUS SIGN}")


class UnreadableCode(ValueError):
    """What was typed can't be a code, so it does not count as a check. `reason` is for the user."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def draw(length: int, below: Callable[[int], int] = secrets.randbelow) -> str:
    """A code, uniform over all `10**length`, leading zeros kept (NIST 800-63B-4 3.1.3.2)."""
    return f"{below(10**length):0{length}d}"


def read(typed: str, length: int) -> str:
    """The digits a person means: spaces and dashes dropped, digits of any script and width taken.

    Raises UnreadableCode.
    """
    digits = [_digit(char) for char in typed.strip() if char not in SEPARATORS]
    if not digits:
        raise UnreadableCode("Enter the security code")
    if None in digits:
        raise UnreadableCode(f"The code must be {length} numbers")
    if len(digits) != length:
        amount = "enough" if len(digits) < length else "too many"
        said = "not entered enough" if amount == "enough" else "entered too many"
        raise UnreadableCode(f"You've {said} numbers, the code must be {length} numbers")
    return "".join(str(digit) for digit in digits)


def _digit(char: str) -> int | None:
    return unicodedata.decimal(char, None)
