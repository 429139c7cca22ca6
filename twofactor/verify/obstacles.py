"""What keeps a person out, as a sentence for whoever helps them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from twofactor.kit import Kit
from twofactor.models import User
from twofactor.sms import optouts
from twofactor.verify import authenticators, freezes, limits
from twofactor.words import AuthenticatorKind


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of a person's ways in; times are UTC, None is never."""

    is_disabled: bool
    has_password: bool
    has_second_step: bool
    phone_was_taken_over: bool
    has_stopped: bool
    paused_until: datetime | None
    locked_until: datetime | None


def obstacle(case: Case) -> str | None:
    """The first thing in the way, with what helps; None when we know of none."""
    if case.is_disabled:
        return "The account is switched off."
    if not case.has_password:
        return (
            "This person has not set a password yet, or reported the last one as not theirs. "
            "The link in their mail sets it; “Forgotten password” sends a new one."
        )
    if case.locked_until:
        return f"There were too many wrong codes: they rest until {_at(case.locked_until)}."
    if case.paused_until:
        return (
            f"Texts to the phone are paused until {_at(case.paused_until)}, "
            "because somebody reported: this was not me."
        )
    if case.has_stopped:
        return "The phone answered STOP, so it gets no texts. Sending START from it ends that."
    if case.phone_was_taken_over:
        return "Somebody else has confirmed the phone's number as theirs: a new phone is needed."
    if not case.has_second_step:
        return "There is no second step yet: the password alone lets this person in."
    return None


def case(kit: Kit, user: User) -> Case:
    """Read what is known of a user."""
    live, now = authenticators.live(user.id), kit.now()
    phones = [authenticators.phone_of(kit, a) for a in live if a.kind == AuthenticatorKind.PHONE]
    pauses = [freezes.paused_until(kit, phone) for phone in phones]
    waits = [limits.wait(kit, limit, user.sid, now) for limit in limits.LOCKS]
    return Case(
        is_disabled=user.disabled_at is not None,
        has_password=bool(user.password_hash),
        has_second_step=any(a.kind != AuthenticatorKind.RECOVERY for a in live),
        phone_was_taken_over=not phones and authenticators.has_lost_phone(user.id),
        has_stopped=any(optouts.is_stopped(kit, phone.e164) for phone in phones),
        paused_until=max(filter(None, pauses), default=None),
        locked_until=now + timedelta(seconds=max(waits)) if any(waits) else None,
    )


def _at(moment: datetime) -> str:
    return f"{moment:%d %B at %H:%M} UTC"
