"""What stands against texting a phone: its owner said STOP, or reported a text. One look for both,
since every code asks."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, select

from twofactor.kit import Kit
from twofactor.models import FrozenPhone, OptOut
from twofactor.models.prepared import Prepared
from twofactor.sms.phone import Phone
from twofactor.verify.freezes import refusal
from twofactor.verify.targets import OptedOut

_LOOK = Prepared(
    select(
        exists().where(OptOut.phone_fingerprint == bindparam("of"), OptOut.restored_at.is_(None)),
        select(FrozenPhone.until)
        .where(FrozenPhone.phone_fingerprint == bindparam("of"))
        .scalar_subquery(),
    )
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a phone stands at one moment."""

    has_stopped: bool
    frozen_until: datetime | None

    def check(self, now: datetime) -> None:
        """Raise OptedOut or LimitReached when no text may go to it."""
        if self.has_stopped:
            raise OptedOut
        if self.frozen_until is not None and self.frozen_until > now:
            raise refusal(self.frozen_until, now)


def of(kit: Kit, phone: Phone) -> Standing:
    """How a phone stands now, under whatever key its rows were written."""
    seen = [_LOOK.all(of=one)[0] for one in kit.keyring.fingerprints(phone.e164)]
    until = max((until for _, until in seen if until), default=None)
    return Standing(any(stopped for stopped, _ in seen), until)
