"""docs/security.md states every limit, lifetime and event as the code has them (S-80)."""

import re
from datetime import timedelta

import pytest

from api import key_limits
from tests.structure.tree import ROOT
from twofactor import jobs
from twofactor.config.fields import FIELDS
from twofactor.verify import limits, passwords, sessions, users
from twofactor.verify.limits import Limit
from twofactor.words import AuditEvent

PAGE = (ROOT / "docs/security.md").read_text()
ROWS = [
    [cell.strip().strip("`") for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("|") and not line.startswith("|--")
]
NAMED = [
    value if isinstance(value, tuple) else (value,)
    for module in (limits, key_limits)
    for value in vars(module).values()
]
LIMITS = list(dict.fromkeys(one for group in NAMED for one in group if isinstance(one, Limit)))
CODES = {
    "digits": "CODE_LENGTH",
    "lifetime": "CODE_LIFETIME_SECONDS",
    "checks of one code": "CODE_MAX_CHECKS",
    "texts with one code": "CODE_MAX_SENDS",
    "waits between texts": "RESEND_WAITS_SECONDS",
}
LIFETIMES = {
    "between password and code": sessions.HALF_LIFETIME,
    "idle, logged in": sessions.IDLE_LIFETIME,
    "in all, logged in": sessions.FULL_LIFETIME,
    "a second factor counts as fresh": sessions.STEP_UP_LIFETIME,
    "an operator's one-time link": users.LINK_LIFETIME,
}


def row(first: str) -> list[str]:
    """The one row that begins with these words."""
    (found,) = [cells for cells in ROWS if cells[0] == first]
    return found


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_s80_every_limit_stands_in_the_page(limit: Limit) -> None:
    assert row(limit.name)[1:3] == [str(limit.most), str(limit.window)]


def test_s80_the_page_names_no_limit_that_is_gone() -> None:
    named = [cells[0] for cells in ROWS if len(cells) == 4 and cells[1].isdigit()]
    assert sorted(named) == sorted(limit.name for limit in LIMITS)


@pytest.mark.parametrize(("words", "name"), CODES.items())
def test_s80_the_defaults_of_codes_stand_in_the_page(words: str, name: str) -> None:
    (default,) = [field.default for field in FIELDS if field.name == name]
    assert row(words)[1].removesuffix(" s") == default
    assert row(words)[2] == f"SIXDIGITS_{name}"


@pytest.mark.parametrize(("words", "lifetime"), LIFETIMES.items())
def test_s80_lifetimes_stand_in_the_page(words: str, lifetime: timedelta) -> None:
    assert row(words)[1] == f"{lifetime // timedelta(minutes=1)} min"


def test_s80_bounds_of_passwords_and_sessions_stand_in_the_page() -> None:
    hasher = passwords._HASHER
    assert row("half logged in browsers of one account")[1] == str(sessions.MAX_HALF)
    assert row("shortest")[1] == f"{passwords.MIN_LENGTH} characters"
    assert row("advised")[1] == f"{passwords.ADVISED_LENGTH} characters"
    assert row("longest")[1] == f"{passwords.MAX_LENGTH} characters"
    assert row("argon2id memory")[1] == f"{hasher.memory_cost} KiB"
    assert row("argon2id passes")[1] == str(hasher.time_cost)
    assert row("argon2id lanes")[1] == str(hasher.parallelism)


def test_s80_erasing_is_as_quick_as_the_page_says() -> None:
    (sweep,) = [job for job in jobs.PERIODIC if job.name == "sweep"]
    assert sweep.every <= timedelta(seconds=60)
    for what in ("a code, its digest and its sealed copy", "the words of a text"):
        assert row(what)[1].endswith(f"at most {sweep.every.seconds} s longer")


@pytest.mark.parametrize("event", AuditEvent, ids=str)
def test_s80_every_audit_event_stands_in_the_page(event: AuditEvent) -> None:
    assert len(row(event.value)) == 2


def test_s80_the_page_says_that_texts_are_restricted_and_how_to_move_on() -> None:
    assert re.search(r"NIST SP 800-63B-4.*\*\*restricted\*\*", PAGE, re.S)
    assert "**Migration plan.**" in PAGE
    assert "level 2 at most" in PAGE
