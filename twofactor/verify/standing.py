"""What stands against texting a phone: its owner said STOP, or reported a text. One look for both,
since every code asks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, select

from twofactor.kit import Kit
from twofactor.models import FrozenPhone, OptOut
from twofactor.models.prepared import Prepared, Row
from twofactor.sms.phone import Phone
from twofactor.verify.freezes import refusal
from twofactor.verify.targets import OptedOut

WIDTH = 2


def columns(fingerprint: BindParameter[str]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Whether the phone's owner said STOP, and until when it is frozen: for any SELECT."""
    stopped = exists().where(OptOut.phone_fingerprint == fingerprint, OptOut.restored_at.is_(None))
    until = select(FrozenPhone.until).where(FrozenPhone.phone_fingerprint == fingerprint)
    return stopped, until.scalar_subquery()


_LOOK = Prepared(select(*columns(bindparam("of"))))


class Standing(NamedTuple):
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
    return of_rows([_LOOK.all(of=one)[0] for one in kit.keyring.fingerprints(phone.e164)])


def of_rows(seen: Sequence[Row]) -> Standing:
    """What rows of `columns` say, one for each key."""
    until = max((until for _, until in seen if until), default=None)
    return Standing(any(stopped for stopped, _ in seen), until)
