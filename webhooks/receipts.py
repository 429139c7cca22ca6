"""/webhooks/<gateway>/status: authenticate, parse, record, 204.

204 is said only after the receipt is committed (S-57); a gateway that gets 503 comes again.
"""

import logging
from functools import partial

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from twofactor.gateways.base import BadCredential, Callback, Gateway, Malformed
from twofactor.house import house
from twofactor.ids import ATTEMPT, is_sid
from twofactor.models.writer import Overloaded
from twofactor.sms import strangers
from twofactor.sms.receipts import record

webhooks = Blueprint("webhooks", __name__)
log = logging.getLogger(__name__)

RETRY_SECONDS = "5"


@webhooks.route("/webhooks/<gateway>/status", methods=["GET", "POST"])
@webhooks.route("/webhooks/<gateway>/status/<token>", methods=["GET", "POST"])
def status(gateway: str, token: str = "") -> ResponseReturnValue:
    """Take the delivery receipts of one callback."""
    kit, adapter = house().kit, _adapter(gateway)
    callback = _callback(token)
    try:
        adapter.authenticate(callback)
        receipts = adapter.parse_receipts(callback)
    except BadCredential:
        log.warning("a callback for %s was not signed by it", gateway)
        strangers.note(gateway, callback.received_at)
        return _plain("signature or token missing or wrong", 403)
    except Malformed as error:
        log.warning("%s sent a callback we can't read: %s", gateway, error)
        return _plain(f"malformed: {error}", 400)
    work = partial(record, kit=kit, gateway=gateway, receipts=receipts, now=callback.received_at)
    try:
        recorded = house().writer.run(work)
    except (Overloaded, SQLAlchemyError) as error:
        log.error("receipts of %s were not stored: %s", gateway, type(error).__name__)
        return _plain("not stored, come again", 503, {"Retry-After": RETRY_SECONDS})
    if recorded.unknown:
        log.info("%s reported on %d texts that are not ours", gateway, recorded.unknown)
    return "", 204


def _adapter(name: str) -> Gateway:
    adapter = house().kit.gateways.get(name)
    if adapter is None:
        abort(_plain("there is no such gateway here", 404))
    if request.method not in adapter.callback_methods:
        abort(_plain("method not allowed", 405, {"Allow": ", ".join(adapter.callback_methods)}))
    return adapter


def _callback(token: str) -> Callback:
    """The request as the gateway made it: at our public address, whatever stands in between."""
    kit = house().kit
    query = request.query_string.decode("latin-1")
    attempt = request.args.get("attempt", "")
    return Callback(
        method=request.method,
        url=kit.settings.public_url + request.path + (f"?{query}" if query else ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.get_data(cache=False),
        received_at=kit.now(),
        path_token=token,
        attempt_sid=attempt if is_sid(attempt, ATTEMPT) else "",
    )


def _plain(text: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(f"{text}\n", status, headers, content_type="text/plain; charset=utf-8")
