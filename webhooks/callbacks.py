"""What both webhooks of a gateway share: who is calling, what is said, and the plain answers.

403 (404 for a wrong path token): not authenticated, and nothing is kept. 400: rightly signed but
malformed. 503 with Retry-After: not stored, or not to be authenticated just now; come again.
"""

import logging
from collections.abc import Callable
from typing import NoReturn, TypeVar

from flask import Response, abort, request

from twofactor.gateways.base import BadCredential, Callback, Gateway, Malformed
from twofactor.gateways.wire import WireError
from twofactor.house import house
from twofactor.ids import ATTEMPT, is_sid
from twofactor.words import ReceiptFate

RETRY_SECONDS = "5"
TAKEN = ("", 204)

T = TypeVar("T")
log = logging.getLogger(__name__)


def read(gateway: Gateway, token: str, parse: Callable[[Callback], list[T]]) -> list[T]:
    """What an authenticated callback says. Aborts with the right answer for every other one."""
    callback = _callback(token)
    try:
        gateway.authenticate(callback)
        return parse(callback)
    except BadCredential:
        log.warning("a callback for %s was not signed by it", gateway.name)
        house().tally.add(gateway.name, [ReceiptFate.REFUSED])
        _refuse("signature or token missing or wrong", 404 if gateway.has_path_token else 403)
    except Malformed as error:
        log.warning("%s sent a callback we can't read: %s", gateway.name, error)
        house().tally.add(gateway.name, [ReceiptFate.MALFORMED])
        _refuse(f"malformed: {error}", 400)
    except WireError as error:  # what the signature is checked with can't be fetched
        not_stored(gateway, error)


def gateway_of(name: str) -> Gateway:
    """The gateway by its name in the path. Aborts where it is none of ours."""
    gateway = house().kit.gateways.get(name)
    if gateway is None:
        _refuse("there is no such gateway here", 404)
    if request.method not in gateway.callback_methods:
        _refuse("method not allowed", 405, {"Allow": ", ".join(gateway.callback_methods)})
    return gateway


def not_stored(gateway: Gateway, error: Exception) -> NoReturn:
    """The gateway shall come again."""
    log.error("a callback of %s was not stored: %s", gateway.name, type(error).__name__)
    house().tally.add(gateway.name, [ReceiptFate.NOT_STORED])
    _refuse("not stored, come again", 503, {"Retry-After": RETRY_SECONDS})


def _callback(token: str) -> Callback:
    """The request as the gateway made it: at our public address, whatever stands in between."""
    kit = house().kit
    query = request.environ.get("QUERY_STRING", "")
    attempt = request.args.get("attempt", "") if query else ""
    return Callback(
        method=request.method,
        url=kit.settings.public_url + request.path + (f"?{query}" if query else ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.get_data(cache=False),
        received_at=kit.now(),
        path_token=token,
        attempt_sid=attempt if is_sid(attempt, ATTEMPT) else "",
    )


def _refuse(text: str, status: int, headers: dict[str, str] | None = None) -> NoReturn:
    abort(Response(f"{text}\n", status, headers, content_type="text/plain; charset=utf-8"))
