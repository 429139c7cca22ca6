"""What both webhooks of a gateway share, whoever carries the request in: Flask, or the front.

204: taken, or known already. 403 (404 where the path holds a token): not authenticated, and nothing
is kept. 400: rightly signed but malformed. 503 with Retry-After: not stored, or not to be
authenticated just now; come again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from twofactor.gateways.base import BadCredential, Callback, Gateway, Malformed
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


def answer(
    built: House,
    gateway: Gateway,
    callback: Callback,
    take: Callable[[Gateway, Callback], Answer | None],
) -> Answer:
    """Authenticate, then `take`, which parses and stores, and may have an answer of its own; what
    becomes of it."""
    try:
        gateway.authenticate(callback)
        return take(gateway, callback) or TAKEN
    except BadCredential:
        log.warning("a callback for %s was not signed by it", gateway.name)
        built.tally.add(gateway.name, [ReceiptFate.REFUSED])
        return Answer(404 if gateway.has_path_token else 403, "signature or token missing or wrong")
    except Malformed as error:
        log.warning("%s sent a callback we can't read: %s", gateway.name, error)
        built.tally.add(gateway.name, [ReceiptFate.MALFORMED])
        return Answer(400, f"malformed: {error}")
    except (Overloaded, SQLAlchemyError, WireError) as error:
        log.error("a callback of %s was not stored: %s", gateway.name, type(error).__name__)
        built.tally.add(gateway.name, [ReceiptFate.NOT_STORED])
        return Answer(503, "not stored, come again", {"Retry-After": RETRY_SECONDS})
