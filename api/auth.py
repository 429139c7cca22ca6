"""Who asks: HTTP Basic with an account or key sid and its secret.

A key that was found is remembered by its keyed hash, so that a busy program costs no look-up a
request. After 0.7 seconds one request has it looked up anew, while the others still pass, and
after 0.9 they all have: a revoked key dies within a second (S-60).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from werkzeug.datastructures import Authorization

from api.errors import ApiError
from api.numbers import DENIED
from api.operation import Caller
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models.database import transaction
from twofactor.verify import services
from twofactor.words import Scope

FRESH = timedelta(milliseconds=700)
REMEMBERED = timedelta(milliseconds=900)
USE_GRAIN = timedelta(minutes=10)  # how exact "last used" is
MOST_REMEMBERED = 10_000
MOST_CHARACTERS = 128  # of a login or secret


@dataclass(slots=True)
class _Known:
    caller: Caller
    since: datetime
    is_sent_on: bool = False  # somebody has it looked up anew

    def is_within(self, span: timedelta, now: datetime) -> bool:
        return timedelta(0) <= now - self.since < span


class Doorkeeper:
    """Recognises callers; one an app. Safe to share between threads."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}  # by the keyed hash of the whole header

    def admit(self, kit: Kit, header: str | None) -> Caller:
        """Whose `Authorization` this is. Raises ApiError 401."""
        name, now = kit.keyring.hash_token(header or ""), kit.now()
        known = self._known.get(name)
        if known is not None and known.is_within(FRESH, now):
            return known.caller
        caller = _look_up(kit, *_read(header), now)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[name] = _Known(caller, now)
        return caller

    def known(self, kit: Kit, header: str | None) -> Caller | None:
        """The same, when remembered; None where `admit` is to look."""
        known, now = self._known.get(kit.keyring.hash_token(header or "")), kit.now()
        if known is None or not known.is_within(REMEMBERED, now):
            return None
        if not known.is_sent_on and not known.is_within(FRESH, now):
            known.is_sent_on = True
            return None
        return known.caller


def need(caller: Caller, scope: Scope) -> None:
    """Raises ApiError 403 unless this key has the scope."""
    if not caller.may(scope):
        raise ApiError(403, DENIED, f"This key lacks the scope `{scope.value}`")


def _read(header: str | None) -> tuple[str, str]:
    """Login and secret."""
    credentials = Authorization.from_header(header)
    if credentials is None or credentials.type != "basic":
        raise _stranger()
    login, secret = credentials.username or "", credentials.password or ""
    if not (login.isascii() and secret.isascii()) or not login.isalnum():
        raise _stranger()
    if not secret or max(len(login), len(secret)) > MOST_CHARACTERS:
        raise _stranger()
    return login, secret


def _look_up(kit: Kit, login: str, secret: str, now: datetime) -> Caller:
    key = services.recognise(kit, login, secret)
    if key is None:
        db.session.rollback()
        raise _stranger()
    caller = Caller(key.id, login, key.account_id, key.account.sid, frozenset(key.scopes))
    if key.used_at is None or now - key.used_at > USE_GRAIN:
        with transaction():
            services.note_use(caller.key_id, now)
    return caller


def _stranger() -> ApiError:
    headers = {"WWW-Authenticate": 'Basic realm="Sixdigits API", charset="UTF-8"'}
    return ApiError(401, DENIED, "Authenticate", headers)
