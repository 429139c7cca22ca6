"""How likely a year of guesses may hit a phone at a service, and how long its codes must be (S-07).

No password stands before an API's code, so a lock would let strangers take somebody's phone away.
Codes grow instead: the sum of 1/N over all guesses stays at or below 1e-4 in any 365 days, and
each length may use its own share of that. Guesses at a living code are told by its own count, which
is committed before anybody compares; when it ends, those that were wrong are kept for a year.
"""

from datetime import datetime

from twofactor.crypto import Unreadable
from twofactor.kit import Kit
from twofactor.models.verifications import phone_place
from twofactor.verify import limits
from twofactor.verify.entries import Guessed, Known
from twofactor.verify.limits import DAY, MANY_CODES, Limit, LimitReached

LONGEST = 10
UNITS = 10**LONGEST  # one guess at a code of 10 digits is one unit
BUDGET = UNITS // 10_000  # 1e-4
# Codes of a length are drawn while what is spent, and all their checks, stays within the share.
SHARES = {
    6: BUDGET * 90 // 100,
    7: BUDGET * 90 // 100,
    8: BUDGET * 98 // 100,
    9: BUDGET,
    10: BUDGET,
}
GROWN = (8, LONGEST)

YEAR = Limit("api_risk_year", BUDGET, 365 * DAY, MANY_CODES)


def units(length: int) -> int:
    """The weight of one guess."""
    return int(10 ** (LONGEST - length))


def length_for(spent: int, wanted: int, checks: int) -> int:
    """The shortest code, not shorter than `wanted`, all of whose checks still fit. Pure."""
    for length in sorted({wanted, *GROWN}):
        if length >= wanted and spent + checks * units(length) <= SHARES[length]:
            return length
    return LONGEST


def of(service_id: int, phone: str) -> tuple[Limit, str]:
    """The budget of a phone at a service, and whose it is. By the phone itself: fingerprints change
    with the data key, and a year must outlast that."""
    return YEAR, f"{service_id}:{phone}"


def code_length(
    kit: Kit, service_id: int, phone: str, latest: Known | None, wanted: int, now: datetime
) -> int:
    """How long the next code of a phone at a service is, whose latest verification is that."""
    spent = limits.spent(kit, *of(service_id, phone), now)
    if latest is not None and latest.is_pending:
        spent += latest.checks * units(latest.code_length)
    return length_for(spent, wanted, kit.settings.codes.max_checks)


def check(kit: Kit, verification: Known, now: datetime) -> None:
    """Raise LimitReached when the check that was just counted is one too many. Only codes that may
    use the whole budget can come to that: shorter ones leave room for checks of the code in whose
    place they came, which were counted meanwhile."""
    if SHARES[verification.code_length] < BUDGET or not kit.settings.limits:
        return
    guessed = verification.checks * units(verification.code_length)
    wait = limits.wait(kit, *_payer(kit, verification), now, guessed)
    if wait:
        raise LimitReached(YEAR, wait)


def keep(kit: Kit, guessed: Guessed, now: datetime, right: int = 0) -> None:
    """Keep for a year what was guessed at a verification that ends now, but for its `right` check:
    the budget is for wrong ones. Until then its own count of checks tells it."""
    wrong = guessed.checks - right
    if guessed.service_id is None or wrong <= 0:
        return
    try:
        payer = _payer(kit, guessed)
    except Unreadable:  # its key was dropped: no code goes to that phone by this row any more
        return
    limits.note(kit, *payer, now, wrong * units(guessed.code_length))


def _payer(kit: Kit, verification: Known | Guessed) -> tuple[Limit, str]:
    phone = kit.keyring.unseal(verification.phone_sealed, phone_place(verification.sid))
    return of(verification.service_id or 0, phone)
