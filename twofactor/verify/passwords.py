"""Passwords: argon2id, at least 8 characters, no common ones, no other rules (S-78).

Parameters after OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
"""

import unicodedata
from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 8
ADVISED_LENGTH = 15  # NIST SP 800-63B-4, 3.1.1.2, where a password stands alone
MAX_LENGTH = 128
CONCURRENT_HASHES = 2  # more at once only make every other page wait

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_TURN = BoundedSemaphore(CONCURRENT_HASHES)


class BadPassword(ValueError):
    """A password that would not protect anybody. `reason` tells the user what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def hashed(password: str) -> str:
    """What is stored."""
    with _TURN:
        return _HASHER.hash(normal(password))


def is_right(password_hash: str, password: str) -> bool:
    """Compare; costs the same when there is no hash to compare with, so that nobody learns from
    the time whether an account exists (S-46)."""
    with _TURN:
        try:
            right = _HASHER.verify(password_hash or _nobody(), normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return right and bool(password_hash)


def needs_rehash(password_hash: str) -> bool:
    """True when the stored hash was made with weaker parameters."""
    return _HASHER.check_needs_rehash(password_hash)


def check_strength(password: str, *context: str) -> None:
    """Raise BadPassword for one that is too short, too long, common, or made of `context` (the
    brand, the e-mail)."""
    password = normal(password)
    if len(password) < MIN_LENGTH:
        raise BadPassword(f"Use at least {MIN_LENGTH} characters. Longer is better")
    if len(password) > MAX_LENGTH:
        raise BadPassword(f"Use at most {MAX_LENGTH} characters")
    plain = password.casefold()
    words = {part for text in context for part in (text.casefold(), text.casefold().split("@")[0])}
    if plain in words or len(set(plain)) < 3 or plain in _common():
        raise BadPassword("Many people use this password, so it is easy to guess. Choose another")


def normal(password: str) -> str:
    """The one spelling of a password (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", password)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    """Passwords found most often in leaks, as counted by zxcvbn's authors."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])
