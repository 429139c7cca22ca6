"""What both webhooks of a gateway share, whoever carries the request in: Flask, or the front.

204: taken, or known already. 403 (404 where the path holds a token): not authenticated, and nothing
is kept. 400: rightly signed but malformed. 503 with Retry-After: not stored, or not to be
authenticated just now; come again.
"""

import logging
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from twofactor.gateways.base import BadCredential, Gateway, Malformed
from twofactor.gateways.wire import WireError
from twofactor.house import House
from twofactor.models.entries import Overloaded
from twofactor.words import ReceiptFate

RETRY_SECONDS = "5"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway is told."""

    status: int
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "text/plain; charset=utf-8"


TAKEN = Answer(204)


class Reception:
    """What a callback is told, whatever goes wrong while it is authenticated, parsed and stored
    within: `answer` is right at the end of the block."""

    def __init__(self, built: House, gateway: Gateway) -> None:
        self.answer = TAKEN
        self._built, self._gateway = built, gateway

    def __enter__(self) -> "Reception":
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if error is None:
            return False
        refusal = _refusal(self._gateway, error)
        if refusal is None:
            return False
        self.answer, fate = refusal
        self._built.tally.add(self._gateway.name, [fate])
        return True


def _refusal(gateway: Gateway, error: BaseException) -> tuple[Answer, ReceiptFate] | None:
    if isinstance(error, BadCredential):
        log.warning("a callback for %s was not signed by it", gateway.name)
        status = 404 if gateway.has_path_token else 403
        return Answer(status, "signature or token missing or wrong"), ReceiptFate.REFUSED
    if isinstance(error, Malformed):
        log.warning("%s sent a callback we can't read: %s", gateway.name, error)
        return Answer(400, f"malformed: {error}"), ReceiptFate.MALFORMED
    if isinstance(error, Overloaded | SQLAlchemyError | WireError):
        log.error("a callback of %s was not stored: %s", gateway.name, type(error).__name__)
        return Answer(
            503, "not stored, come again", {"Retry-After": RETRY_SECONDS}
        ), ReceiptFate.NOT_STORED
    return None
