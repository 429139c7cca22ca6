"""Whom a code is for, and why one may not be sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from twofactor.models import Session
from twofactor.sms.phone import Phone
from twofactor.verify.limits import Counts
from twofactor.verify.tenants import Tenant
from twofactor.words import Channel, Purpose

NO_TAGS: Mapping[str, str] = MappingProxyType({})


class Style(NamedTuple):
    """How a service wants the text to be: its own name, and the hash that an Android app reads
    codes by. Empty: as the installation says."""

    brand: str = ""
    app_hash: str = ""


class Target(NamedTuple):
    """Whom a code proves, and for what: the user of a browser session, or whoever a service asks
    about."""

    purpose: Purpose
    phone: Phone
    session: Session | None = None
    authenticator_id: int | None = None
    is_verified: bool = False  # the phone has been confirmed before
    service: Tenant | None = None
    code: str | None = None  # brought by the service; None: one is drawn
    code_length: int | None = None  # None: as the settings say
    language: str = ""  # empty: the user's own
    tags: Mapping[str, str] = NO_TAGS
    style: Style = Style()
    is_guarded: bool = True  # against pumping
    channel: Channel = Channel.SMS
    older: Sequence[tuple[int, datetime]] = ()  # of the service's: ids it replaces, and their ends
    counts: Counts = ()  # what else it is counted against


class CountryClosed(Exception):
    """The operator does not allow texts to this country."""


class RiskyPhone(Exception):
    """The phone may be in other hands by now; `reason` is for the audit."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoCalls(Exception):
    """No gateway of this installation calls."""


class OptedOut(Exception):
    """The phone said STOP: it gets no text until it says START."""


class NotYet(Exception):
    """A further text may be sent in `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"again in {retry_after} s")
        self.retry_after = retry_after


class NoSendsLeft(Exception):
    """This code has been sent as often as it may be."""


class NotLive(Exception):
    """The verification has ended; only a new login makes a new one."""
