"""What every page that waits for a code shares: what it shows, checks, and sends again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Response, jsonify
from flask_wtf import FlaskForm

from twofactor.house import house
from twofactor.models import Session, Verification
from twofactor.models.database import transaction
from twofactor.sms import phone as phones
from twofactor.sms.sentences import Notice
from twofactor.verify import checks, codes, notices, progress, verifications
from twofactor.verify.codes import UnreadableCode
from twofactor.verify.limits import LimitReached
from twofactor.verify.progress import Progress
from twofactor.verify.targets import Target
from twofactor.words import Channel, CheckOutcome, Purpose, Status
from webapp.fate import sentence
from webapp.forms import complain
from webapp.session import visitor

EXPIRED = "That code has expired. Send a new code"
GONE = "That code no longer works. Log in again to get a new one"


def variables(verification: Verification | None, status_url: str) -> dict[str, Any]:
    """What the templates of a code page read (see login_code.html)."""
    kit = house().kit
    shown: dict[str, Any] = {
        "code_length": kit.settings.codes.length,
        "allow_remember": False,
        "status_url": status_url,
        "refused_until": None,
    }
    if verification is None:
        return shown | _nothing_sent()
    now = kit.now()
    seen = progress.of(verification, now)
    phone = kit.keyring.unseal(verification.phone_sealed, verification.phone_place)
    return shown | {
        "state": _state(seen),
        "phone_end": phone[-2:],
        "phone": phones.spelled(phone),
        "purpose": verification.purpose,
        "channel": seen.channel.value,
        "fate": {"status": seen.status.value, "at": seen.at, "text": sentence(seen)},
        "resend_in": seen.resend_in,
        "sends_left": seen.sends_left if seen.is_live else 1,
        "checks_left": seen.checks_left,
        "expires_at": seen.expires_at,
        "expires_in": seen.expires_in,
        "simulator_url": f"/simulator/phone/?to=%2B{phone[1:]}" if _simulated() else None,
    }


def status_of(verification: Verification | None) -> Response:
    """The JSON that the page asks for while it waits."""
    if verification is None:
        return jsonify(status="failed", resend_in=0, expires_in=0, checks_left=0, sends_left=0)
    seen = progress.of(verification, house().kit.now())
    return jsonify(
        status=seen.status.value,
        text=sentence(seen),
        at=seen.at.isoformat(),
        resend_in=seen.resend_in,
        expires_in=seen.expires_in,
        checks_left=seen.checks_left,
        sends_left=seen.sends_left,
    )


def is_right(
    form: FlaskForm,
    verification: Verification | None,
    session: Session,
    on_approval: Callable[[Verification], None],
) -> bool:
    """Check what was typed. Wrong: the form says what to do. Right: `on_approval` runs in the
    transaction that approves. Raises LimitReached."""
    kit = house().kit
    try:
        code = codes.read(form["code"].data or "", kit.settings.codes.length)
    except UnreadableCode as error:
        complain(form, "code", error.reason)
        return False
    if verification is None:
        complain(form, "code", GONE)
        return False
    user_sid = session.user.sid
    with transaction():
        counted = checks.count(kit, verification, user_sid)
    outcome = counted
    if isinstance(counted, checks.Counted):
        with transaction():
            outcome = checks.settle(kit, counted, code, user_sid, visitor())
            if outcome is CheckOutcome.APPROVED:
                on_approval(verification)
    if outcome is CheckOutcome.APPROVED:
        return True
    if outcome is CheckOutcome.EXHAUSTED and verification.purpose == Purpose.LOGIN:
        with transaction():
            notices.once_a_day(kit, session.user, Notice.WRONG_CODES, visitor())
        house().sender.wake()
    complain(form, "code", _sentence(outcome, verification.checks_left))
    return False


def send_again(
    verification: Verification | None,
    target: Callable[[], Target],
    channel: Channel = Channel.SMS,
) -> None:
    """Send the same code again while it lives, by text or call; a new one after it has expired.

    Raises NotYet, NoSendsLeft, NotLive, LimitReached, CountryClosed, NoCalls.
    """
    kit = house().kit
    if verification is None or _has_expired(verification, kit.now()):
        with transaction():
            verifications.start(kit, target()._replace(channel=channel), visitor())
    else:
        with transaction():
            seen = progress.of(verification, kit.now())
            verifications.resend(
                kit, verification, visitor(), early=seen.has_failed, channel=channel
            )
    house().sender.wake()


def until(error: LimitReached) -> datetime:
    """When a limit opens again."""
    return house().kit.now() + timedelta(seconds=error.retry_after)


def _has_expired(verification: Verification, now: datetime) -> bool:
    outcome = checks.ended(verification, now)
    return outcome is CheckOutcome.EXPIRED


def _sentence(outcome: object, checks_left: int) -> str:
    if outcome is CheckOutcome.WRONG:
        tries = "1 try" if checks_left == 1 else f"{checks_left} tries"
        return f"Enter a correct security code. {tries} left"
    if outcome is CheckOutcome.EXPIRED:
        return EXPIRED
    if outcome is CheckOutcome.EXHAUSTED:
        return "Too many wrong codes. Start again, or use another way"
    return GONE


def _state(seen: Progress) -> str:
    if seen.is_exhausted or (seen.is_live and not seen.checks_left):
        return "no_checks"
    return "open" if seen.is_live else "expired"


def _simulated() -> bool:
    return "simulator" in house().kit.gateways


def _nothing_sent() -> dict[str, Any]:
    return {
        "state": "unsent",
        "phone_end": None,
        "phone": "",
        "purpose": "login",
        "channel": Channel.SMS.value,
        "fate": {"status": Status.FAILED.value, "at": None, "text": "No text was sent"},
        "resend_in": 0,
        "sends_left": 1,
        "checks_left": None,
        "expires_at": None,
        "expires_in": 0,
        "simulator_url": None,
    }
