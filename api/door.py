"""Serves the table of operations: who asks, may they, what did they send, one call, one commit."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.datastructures import MultiDict

from api import auth, errors, idempotency
from api.auth import Doorkeeper
from api.errors import ApiError, not_found, too_many
from api.key_limits import Meter
from api.numbers import UNKNOWN_PARAMETER, WRONG_TYPE
from api.operation import Answer, Call, Caller, Operation
from api.reference import reference
from api.table import OPERATIONS
from twofactor import audit
from twofactor.extensions import csrf
from twofactor.house import house
from twofactor.ids import is_sid
from twofactor.kit import Kit
from twofactor.models.database import transaction
from twofactor.verify.limits import LimitReached
from twofactor.words import AuditEvent

FORM = "application/x-www-form-urlencoded"


def install(app: Flask) -> None:
    """Open this door of an app; after the pages, whose errors it leaves alone."""
    blueprint, doorkeeper, meter = Blueprint("api", __name__), Doorkeeper(), Meter()
    for operation in OPERATIONS:
        blueprint.add_url_rule(
            operation.path.replace("{", "<").replace("}", ">"),
            operation.name,
            _view(operation, doorkeeper, meter),
            methods=[operation.method],
            provide_automatic_options=False,
        )
    app.register_blueprint(blueprint)
    app.register_blueprint(reference)
    csrf.exempt(blueprint)
    errors.install(app)


def _view(operation: Operation, doorkeeper: Doorkeeper, meter: Meter) -> Any:
    def view(**path: str) -> Response:
        return serve(operation, doorkeeper, meter, path)

    return view


def serve(
    operation: Operation, doorkeeper: Doorkeeper, meter: Meter, path: dict[str, str]
) -> Response:
    """One request. Raises ApiError."""
    kit = house().kit
    caller = doorkeeper.admit(kit, request.authorization)
    try:
        if kit.settings.limits:
            meter.count(operation, caller.login, kit.now())
        answer = _serve(operation, kit, caller, path)
    except LimitReached as error:
        raise _limited(kit, caller, error) from error
    if answer.wakes_sender:
        house().sender.wake()
    return _response(answer)


def _serve(operation: Operation, kit: Kit, caller: Caller, path: dict[str, str]) -> Answer:
    auth.need(caller, operation.scope)
    if not all(is_sid(sid, sid[:2]) for sid in path.values()):
        raise not_found()
    values = _values(operation)
    url = kit.settings.public_url + request.path
    return _run(operation, Call(kit, caller, path, operation.read(values), url), values)


def _run(operation: Operation, call: Call, values: MultiDict[str, str]) -> Answer:
    if not operation.writes:
        return operation.run(call)
    tokens = [request.headers[name] for name in idempotency.HEADERS if name in request.headers]
    with transaction():
        if not (operation.is_create and tokens):
            return operation.run(call)
        text = f"{operation.name} {request.path} {urlencode(sorted(values.items()))}"
        return idempotency.once(call, tokens[0], text, lambda: operation.run(call))


def _values(operation: Operation) -> MultiDict[str, str]:
    """What was sent, from the one place where this operation takes it."""
    if operation.method == "GET":
        return request.args
    if request.args:
        raise ApiError(400, UNKNOWN_PARAMETER, "Send parameters as a form, not in the address")
    if request.content_length or request.headers.get("Transfer-Encoding"):
        if request.mimetype != FORM and request.get_data(cache=True):
            raise ApiError(415, WRONG_TYPE, f"Send the parameters as {FORM}")
    return request.form


def _limited(kit: Kit, caller: Caller, error: LimitReached) -> ApiError:
    with transaction():
        audit.write(
            kit, AuditEvent.LIMIT_REACHED, limit=error.limit.name, account=caller.account_sid
        )
    return too_many(f"{error.limit.reason}. Try again later", error.retry_after)


def _response(answer: Answer) -> Response:
    response = jsonify(answer.body) if answer.body is not None else Response(status=204)
    if answer.body is None:
        response.headers.pop("Content-Type", None)
    response.status_code = answer.status
    return response
