"""Serves requests: who asks, may they, what did they send, one call, one commit."""

from typing import cast
from urllib.parse import urlencode

from werkzeug.datastructures import Authorization, MultiDict

from api import auth, idempotency
from api.asked import Asked
from api.auth import Doorkeeper
from api.errors import ApiError, not_found, too_many
from api.key_limits import Meter
from api.operation import Answer, Call, Caller, Operation
from twofactor import audit
from twofactor.house import House
from twofactor.ids import is_sid
from twofactor.kit import Kit
from twofactor.models.database import transaction
from twofactor.models.entries import Then
from twofactor.verify.limits import LimitReached
from twofactor.words import AuditEvent


class Desk:
    """One an app. Safe to share between threads."""

    def __init__(self) -> None:
        self._doorkeeper = Doorkeeper()
        self._meter = Meter()

    def known(self, kit: Kit, credentials: Authorization | None) -> Caller | None:
        """Who asks, when that needs no look-up. Raises ApiError 401."""
        return self._doorkeeper.known(kit, credentials)

    def admit(self, kit: Kit, credentials: Authorization | None) -> Caller:
        """Who asks. Raises ApiError 401."""
        return self._doorkeeper.admit(kit, credentials)

    def serve(self, built: House, operation: Operation, asked: Asked) -> Answer:
        """One request; committed when it returns. Raises ApiError, Overloaded."""
        kit = built.kit
        try:
            if kit.settings.limits:
                self._meter.count(kit, operation, asked.caller.login)
            answer = _serve(built, operation, asked)
        except LimitReached as error:
            raise _limited(built, asked.caller, error) from error
        if answer.texts:
            built.sender.wake(answer.texts)
        return answer


def _serve(built: House, operation: Operation, asked: Asked) -> Answer:
    auth.need(asked.caller, operation.scope)
    if not all(is_sid(sid, sid[:2]) for sid in asked.sids.values()):
        raise not_found()
    values = asked.values()
    url = built.kit.settings.public_url + asked.path
    call = Call(built.kit, asked.caller, asked.sids, operation.read(values), url)
    return _run(built, operation, call, asked, values)


def _run(
    built: House, operation: Operation, call: Call, asked: Asked, values: MultiDict[str, str]
) -> Answer:
    def work() -> Answer | Then:
        if not operation.is_create or asked.token is None:
            return operation.run(call)
        text = f"{operation.name} {asked.path} {urlencode(sorted(values.items()))}"
        return idempotency.once(call, asked.token, text, lambda: cast(Answer, operation.run(call)))

    if operation.is_hot:
        answer: Answer = built.writer.run(lambda _: work())
        return answer
    if not operation.writes:
        return cast(Answer, work())
    with transaction():
        return cast(Answer, work())


def _limited(built: House, caller: Caller, error: LimitReached) -> ApiError:
    what, whose = error.limit.name, caller.account_sid
    built.writer.run(
        lambda _: audit.write(built.kit, AuditEvent.LIMIT_REACHED, limit=what, account=whose)
    )
    return too_many(f"{error.limit.reason}. Try again later", error.retry_after)
