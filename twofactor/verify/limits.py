"""Every limit that guards money or codes: name, number, window, and why (security.md section 0).

Counted in the database in rolling windows, exactly, also with many processes (S-25, S-71). People
and places enter only as keyed pseudonyms.
"""

import ipaddress
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from twofactor.kit import Kit
from twofactor.models.hand import memory
from twofactor.sms import budget
from twofactor.sms import phone as phones
from twofactor.verify import slices, windows

HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` hits in any `window` seconds, unless the settings say another number."""

    name: str
    most: int
    window: int
    reason: str  # what the user is told

    @property
    def grain(self) -> int:
        """Seconds of one slice: a hit is counted for up to that much longer than the window."""
        return max(1, self.window // HOUR)


Counts = Sequence[tuple[Limit, str]]  # limits, and whose hit each is

MANY_TEXTS = "Too many texts were asked for"
MANY_CODES = "Too many wrong codes"

NUMBER_HOUR = Limit("sends_number_hour", 5, HOUR, MANY_TEXTS)
NUMBER_DAY = Limit("sends_number_day", 10, DAY, MANY_TEXTS)
ADDRESS_HOUR = Limit("sends_address_hour", 10, HOUR, MANY_TEXTS)
ADDRESS_DAY = Limit("sends_address_day", 30, DAY, MANY_TEXTS)
PREFIX_HOUR = Limit("sends_prefix_hour", 20, HOUR, MANY_TEXTS)  # pumping uses neighbours
COUNTRY_DAY = Limit("sends_country_day", 200, DAY, MANY_TEXTS)
GLOBAL_DAY = Limit("sends_global_day", 1000, DAY, MANY_TEXTS)
NEW_NUMBERS_DAY = Limit("sends_unverified_day", 800, DAY, MANY_TEXTS)  # keeps 20 % for known ones

BUDGET_DAY = Limit("budget_day", 0, DAY, MANY_TEXTS)  # in money: settings, counted in sms.budget
PUMPING = Limit(  # see verify.pumping
    "pumping_block", 0, 12 * HOUR, "Texts to this area are paused: hardly any code came back"
)
HELP_DAY = Limit("help_number_day", 1, DAY, MANY_TEXTS)  # two machines could answer for ever
# Notices are counted apart, so that telling of a change never costs the code of the next login.
NOTICES_HOUR = Limit("notices_number_hour", 5, HOUR, MANY_TEXTS)
NOTICES_DAY = Limit("notices_number_day", 10, DAY, MANY_TEXTS)
REPORTS_DAY = Limit("reports_day", 2, DAY, "Too many reports")  # mails; senders can be forged
SAME_NOTICE = Limit("same_notice_day", 1, DAY, MANY_TEXTS)
RESETS_HOUR = Limit("resets_hour", 3, HOUR, "Too many links were asked for")
MAILS_ADDRESS_HOUR = Limit("mails_address_hour", 20, HOUR, "Too many links were asked for")

GUESSES_DAY = Limit("guesses_day", 20, DAY, MANY_CODES)
GUESSES_MONTH = Limit("guesses_month", 40, 30 * DAY, MANY_CODES)
GUESSES_YEAR = Limit("guesses_year", 100, 365 * DAY, MANY_CODES)  # 1e-4 a year with six digits
GUESSES = (GUESSES_DAY, GUESSES_MONTH, GUESSES_YEAR)

# An app's code is taken in three steps of time, so a third of the guesses makes the same risk.
APP_GUESSES = (
    Limit("app_guesses_day", 10, DAY, MANY_CODES),
    Limit("app_guesses_month", 20, 30 * DAY, MANY_CODES),
    Limit("app_guesses_year", 33, 365 * DAY, MANY_CODES),
)
RECOVERY_GUESSES = (  # each costs a slow hash
    Limit("recovery_hour", 5, HOUR, "Too many recovery codes"),
    Limit("recovery_day", 20, DAY, "Too many recovery codes"),
)

LOCKS = (*GUESSES, *APP_GUESSES, *RECOVERY_GUESSES)  # a factor rests: its owner is told

PASSWORD_PAIR = Limit("password_pair", 10, 15 * 60, "Too many wrong passwords")
PASSWORD_ADDRESS = Limit("password_address", 100, HOUR, "Too many wrong passwords")


def most(kit: Kit, limit: Limit) -> int:
    """How many hits this house lets through: what its settings say, else the limit's own."""
    return kit.settings.most_hits.get(limit.name, limit.most)


class LimitReached(Exception):
    """No more until `retry_after` seconds have passed; nothing was counted."""

    def __init__(self, limit: Limit, retry_after: int) -> None:
        super().__init__(f"{limit.name}: again in {retry_after} s")
        self.limit = limit
        self.retry_after = retry_after


def permit_send(
    kit: Kit,
    number: phones.Phone,
    address: str | None,
    *,
    is_verified: bool,
    now: datetime,
    is_guarded: bool = True,
    counts: Counts = (),
) -> None:
    """Count one text against every limit it falls under, and before them against `counts`; unless
    `is_guarded`, neighbouring numbers are not looked at. Raises LimitReached; nothing is counted
    then."""
    if not budget.is_left(kit, is_verified=is_verified, now=now):
        raise LimitReached(BUDGET_DAY, _until_midnight(now))
    own = of_send(number, address, is_verified=is_verified, is_guarded=is_guarded)
    hit_together(kit, [*counts, *own], now)


def of_send(
    number: phones.Phone, address: str | None, *, is_verified: bool, is_guarded: bool
) -> Counts:
    """The limits that one text falls under, and whose."""
    together = [(NUMBER_HOUR, number.e164), (NUMBER_DAY, number.e164)]
    if address is not None:
        together += [(ADDRESS_HOUR, network(address)), (ADDRESS_DAY, network(address))]
    if is_guarded:
        together.append((PREFIX_HOUR, phones.prefix(number.e164)))
    together.append((COUNTRY_DAY, number.country))
    if not is_verified:
        together.append((NEW_NUMBERS_DAY, "all"))
    return [*together, (GLOBAL_DAY, "all")]


def _until_midnight(now: datetime) -> int:
    """Seconds to the next day in UTC, when the budget starts anew."""
    return DAY - int(now.timestamp()) % DAY


def permit_notice(kit: Kit, number: phones.Phone, now: datetime) -> None:
    """Count one notice by text. Raises LimitReached."""
    own = [(NOTICES_HOUR, number.e164), (NOTICES_DAY, number.e164)]
    hit_together(kit, [*own, (COUNTRY_DAY, number.country), (GLOBAL_DAY, "all")], now)


def count_guess(kit: Kit, user_sid: str, now: datetime) -> None:
    """Count one check against the account's budget, before it is compared. Raises LimitReached."""
    hit_all(kit, GUESSES, user_sid, now)


def refund_guess(kit: Kit, user_sid: str, counted_at: datetime) -> None:
    """Take back the one check that was right: the budget is for wrong ones (S-07)."""
    refund_all(kit, GUESSES, user_sid, counted_at)


def network(address: str) -> str:
    """What one person is likely to hold: the IPv4 address, or the IPv6 /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed  # else all of IPv4 shares one /64
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def hit(kit: Kit, limit: Limit, value: str, now: datetime, weight: int = 1) -> None:
    """Count one hit (or a weightier one), or raise LimitReached."""
    hit_together(kit, [(limit, value)], now, weight)


def note(kit: Kit, limit: Limit, value: str, now: datetime, weight: int) -> None:
    """Count what has happened already, whether it fits or not."""
    if kit.settings.limits:
        unlimited = _hits(kit, [(limit, value)], weight)[0]._replace(most=sys.maxsize)
        slices.count([unlimited], int(now.timestamp()))


def hit_all(kit: Kit, together: Iterable[Limit], value: str, now: datetime) -> None:
    """Count one hit of a value against each, or raise LimitReached."""
    hit_together(kit, [(limit, value) for limit in together], now)


def hit_together(kit: Kit, together: Counts, now: datetime, weight: int = 1) -> None:
    """Count one hit against each of these limits, which differ; or none, and raise LimitReached
    with the first of them that is reached."""
    if not kit.settings.limits or not together:
        return
    hits = _hits(kit, together, weight)
    full = slices.count(hits, int(now.timestamp()))
    if full is not None:
        place, wait = full
        raise LimitReached(together[place][0], wait)


def refund(kit: Kit, limit: Limit, value: str, counted_at: datetime, weight: int = 1) -> None:
    """Take one hit back that was counted at that time."""
    refund_together(kit, [(limit, value)], counted_at, weight)


def refund_all(kit: Kit, together: Iterable[Limit], value: str, counted_at: datetime) -> None:
    """Take one hit of each back that was counted at that time."""
    refund_together(kit, [(limit, value) for limit in together], counted_at)


def refund_together(kit: Kit, together: Counts, counted_at: datetime, weight: int = 1) -> None:
    """Take back what `hit_together` counted at that time."""
    if kit.settings.limits:
        slices.refund(_hits(kit, together, weight), int(counted_at.timestamp()))


def spent(kit: Kit, limit: Limit, value: str, now: datetime) -> int:
    """How many hits count at the moment; counts none."""
    if not kit.settings.limits:
        return 0
    return slices.live(_hits(kit, [(limit, value)])[0], int(now.timestamp()))


def foresee(kit: Kit, counts: Counts, now: datetime) -> None:
    """Have the works of a group find at hand what counts against these."""
    if kit.settings.limits:
        slices.foresee(_hits(kit, counts), int(now.timestamp()))


def wait(kit: Kit, limit: Limit, value: str, now: datetime, weight: int = 1) -> int:
    """Seconds until one more hit of that weight fits, 0 when it fits now; counts none."""
    full = slices.first_unfit(_hits(kit, [(limit, value)], weight), int(now.timestamp()))
    return 0 if full is None else full[1]


def lift(kit: Kit, together: Iterable[Limit], value: str) -> None:
    """Forget all hits of one value: an operator has made sure who it is."""
    hits = _hits(kit, [(limit, value) for limit in together])
    slices.drop(hits, int(kit.now().timestamp()))


def forget(now: datetime) -> None:
    """Drop what no window reaches any more."""
    slices.forget(int(now.timestamp()))


def _hits(kit: Kit, together: Counts, weight: int = 1) -> list[windows.Hit]:
    """Several limits of a text are of the same phone, and all texts of a group of the same country:
    what is asked for again is kept."""
    kept = memory()
    known: dict[Any, Any] = {} if kept is None else kept.setdefault(_hits, {})
    hits = []
    for limit, value in together:
        hit = known.get((limit.name, value, weight))
        if hit is None:
            whose = known.get(value)
            if whose is None:
                whose = known[value] = kit.keyring.pseudonym("limit", value)
            key, highest = f"{whose}:{limit.name}", most(kit, limit)
            hit = windows.Hit(key, highest, limit.window, limit.grain, weight)
            known[limit.name, value, weight] = hit
        hits.append(hit)
    return hits
