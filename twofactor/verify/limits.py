"""Every limit that guards money or codes: name, number, window, and why (security.md section 0).

Counted in the database in rolling windows, exactly, also with many processes (S-25, S-71). People
and places enter only as keyed pseudonyms.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select, text, tuple_

from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import LimitSlice
from twofactor.models.database import changed
from twofactor.models.prepared import Prepared
from twofactor.sms import budget
from twofactor.sms import phone as phones

HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` hits in any `window` seconds."""

    name: str
    most: int
    window: int
    reason: str  # what the user is told

    @property
    def grain(self) -> int:
        """Seconds of one slice: a hit is counted for up to that much longer than the window."""
        return max(1, self.window // HOUR)


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
) -> None:
    """Count one text against every limit it falls under; unless `is_guarded`, neighbouring numbers
    are not looked at. Raises LimitReached, and the caller's rollback then takes back what was
    counted before."""
    if not budget.is_left(kit, is_verified=is_verified, now=now):
        raise LimitReached(BUDGET_DAY, _until_midnight(now))
    hit(kit, NUMBER_HOUR, number.e164, now)
    hit(kit, NUMBER_DAY, number.e164, now)
    if address is not None:
        hit(kit, ADDRESS_HOUR, network(address), now)
        hit(kit, ADDRESS_DAY, network(address), now)
    if is_guarded:
        hit(kit, PREFIX_HOUR, phones.prefix(number.e164), now)
    hit(kit, COUNTRY_DAY, number.country, now)
    if not is_verified:
        hit(kit, NEW_NUMBERS_DAY, "all", now)
    hit(kit, GLOBAL_DAY, "all", now)


def _until_midnight(now: datetime) -> int:
    """Seconds to the next day in UTC, when the budget starts anew."""
    return DAY - int(now.timestamp()) % DAY


def permit_notice(kit: Kit, number: phones.Phone, now: datetime) -> None:
    """Count one notice by text. Raises LimitReached."""
    hit(kit, NOTICES_HOUR, number.e164, now)
    hit(kit, NOTICES_DAY, number.e164, now)
    hit(kit, COUNTRY_DAY, number.country, now)
    hit(kit, GLOBAL_DAY, "all", now)


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


_RAISE = Prepared(
    text(
        """
    INSERT INTO limit_slices (key, slice, hits, forget_after)
    VALUES (:key, :slice, :weight, :forget_after)
    ON CONFLICT (key, slice) DO UPDATE SET hits = limit_slices.hits + :weight,
                                           forget_after = :forget_after
    """
    )
)
_LOWER = Prepared(
    text(
        "UPDATE limit_slices SET hits = hits - :weight "
        "WHERE key = :key AND slice = :slice AND hits >= :weight"
    )
)
_SLICES = Prepared(
    select(LimitSlice.slice, LimitSlice.hits)
    .where(LimitSlice.key == bindparam("of"), LimitSlice.slice > bindparam("since"))
    .order_by(LimitSlice.slice)
)


def hit(kit: Kit, limit: Limit, value: str, now: datetime, weight: int = 1) -> None:
    """Count one hit (or a weightier one), or raise LimitReached."""
    if not kit.settings.limits:
        return
    key, second = _key(kit, limit, value), int(now.timestamp())
    until = second + limit.window + limit.grain
    _RAISE.run(key=key, forget_after=until, slice=0, weight=1)
    wait = _wait(limit, _slices(limit, key, second), second, weight)
    if wait:
        raise LimitReached(limit, wait)
    start = second - second % limit.grain
    _RAISE.run(key=key, forget_after=until, slice=start, weight=weight)


def hit_all(kit: Kit, together: Iterable[Limit], value: str, now: datetime) -> None:
    """Count one hit against each, or raise LimitReached; the caller then rolls back."""
    for limit in together:
        hit(kit, limit, value, now)


def refund_all(kit: Kit, together: Iterable[Limit], value: str, counted_at: datetime) -> None:
    """Take one hit of each back that was counted at that time."""
    for limit in together:
        refund(kit, limit, value, counted_at)


def refund(kit: Kit, limit: Limit, value: str, counted_at: datetime, weight: int = 1) -> None:
    """Take one hit back that was counted at that time."""
    if not kit.settings.limits:
        return
    second = int(counted_at.timestamp())
    start = second - second % limit.grain
    _LOWER.run(key=_key(kit, limit, value), slice=start, weight=weight)


def spent(kit: Kit, limit: Limit, value: str, now: datetime) -> int:
    """How many hits count at the moment; counts none."""
    second = int(now.timestamp())
    return sum(hits for _, hits in _slices(limit, _key(kit, limit, value), second))


def wait(kit: Kit, limit: Limit, value: str, now: datetime) -> int:
    """Seconds until one more hit fits, 0 when it fits now; counts none."""
    second = int(now.timestamp())
    return _wait(limit, _slices(limit, _key(kit, limit, value), second), second)


def lift(kit: Kit, together: Iterable[Limit], value: str) -> None:
    """Forget all hits of one value: an operator has made sure who it is."""
    for limit in together:
        db.session.execute(
            text("DELETE FROM limit_slices WHERE key = :key"), {"key": _key(kit, limit, value)}
        )


def forget(now: datetime) -> None:
    """Drop the slices that no window reaches any more."""
    old = (
        select(LimitSlice.key, LimitSlice.slice)
        .where(LimitSlice.forget_after < int(now.timestamp()))
        .with_for_update(skip_locked=True)  # never waits for whoever counts just now
    )
    this = tuple_(LimitSlice.key, LimitSlice.slice)
    changed(delete(LimitSlice).where(this.in_(old)))


def _key(kit: Kit, limit: Limit, value: str) -> str:
    return f"{limit.name}:{kit.keyring.pseudonym('limit', value)}"


def _slices(limit: Limit, key: str, second: int) -> list[tuple[int, int]]:
    since = second - limit.window - limit.grain
    return [(start, hits) for start, hits in _SLICES.all(of=key, since=max(0, since))]


def _wait(limit: Limit, slices: list[tuple[int, int]], second: int, weight: int = 1) -> int:
    """Seconds until one more hit fits; 0 when it fits now. `slices` oldest first."""
    excess = sum(hits for _, hits in slices) + weight - limit.most
    for start, hits in slices:
        if excess <= 0:
            return 0
        excess -= hits
        if excess <= 0:
            return max(1, start + limit.grain + limit.window - second)
    return 0
