"""Serves requests: who asks, may they, what did they send, one call, one commit."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast
from urllib.parse import urlencode

from sqlalchemy import Connection

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
from twofactor.models.entries import Ahead
from twofactor.models.loop_writer import LoopWriter
from twofactor.verify.limits import LimitReached
from twofactor.words import AuditEvent


class Desk:
    """One an app. Safe to share between threads."""

    def __init__(self) -> None:
        self._doorkeeper = Doorkeeper()
        self._meter = Meter()

    def known(self, kit: Kit, header: str | None) -> Caller | None:
        """Who asks, by the header `Authorization`, when that needs no look-up."""
        return self._doorkeeper.known(kit, header)

    def admit(self, kit: Kit, header: str | None) -> Caller:
        """Who asks. Raises ApiError 401."""
        return self._doorkeeper.admit(kit, header)

    def serve(self, built: House, operation: Operation, asked: Asked) -> Answer:
        """One request; committed when it returns. Raises ApiError, Overloaded."""
        try:
            answer = _run(built, operation, self._work(built, operation, asked))
        except LimitReached as error:
            built.writer.run(_noted(built.kit, asked.caller, error))
            raise _too_many(error) from error
        return _sent(built, answer)

    async def serve_hot(
        self, built: House, writer: LoopWriter, operation: Operation, asked: Asked
    ) -> Answer:
        """The same in the server's event loop; for a hot operation."""
        try:
            work = self._work(built, operation, asked)
            answer: Answer = await writer.run(work)
        except LimitReached as error:
            await writer.run(_noted(built.kit, asked.caller, error))
            raise _too_many(error) from error
        return _sent(built, answer)

    def _work(self, built: House, operation: Operation, asked: Asked) -> Ahead:
        """What is left to do once the request is counted, allowed and read."""
        kit = built.kit
        if kit.settings.limits:
            self._meter.count(kit, operation, asked.caller.login)
        auth.need(asked.caller, operation.scope)
        if not all(is_sid(sid, sid[:2]) for sid in asked.sids.values()):
            raise not_found()
        pairs = asked.pairs()
        url = kit.settings.public_url + asked.path
        call = Call(kit, asked.caller, asked.sids, operation.read(pairs), url)
        run: Callable[[], Any] = partial(operation.run, call)
        if operation.is_create and asked.token is not None:
            text = f"{operation.name} {asked.path} {urlencode(sorted(pairs))}"
            run = partial(idempotency.once, call, asked.token, text, run)
        return Ahead(run, operation.look, call)


def _run(built: House, operation: Operation, work: Ahead) -> Answer:
    if operation.is_hot:
        answer: Answer = built.writer.run(work)
        return answer
    if not operation.writes:
        return cast(Answer, work.work())
    with transaction():
        return cast(Answer, work.work())


def _sent(built: House, answer: Answer) -> Answer:
    """The answer, with the texts on their way that were committed with it."""
    if answer.texts:
        built.sender.wake(answer.texts)
    return answer


def _noted(kit: Kit, caller: Caller, error: LimitReached) -> Callable[[Connection], None]:
    what, whose = error.limit.name, caller.account_sid
    return lambda _: audit.write(kit, AuditEvent.LIMIT_REACHED, limit=what, account=whose)


def _too_many(error: LimitReached) -> ApiError:
    return too_many(f"{error.limit.reason}. Try again later", error.retry_after)
