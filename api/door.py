"""Opens the table of operations to HTTP, by way of Flask."""

from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.datastructures import MultiDict

from api import answers, handlers, idempotency
from api.asked import Asked
from api.desk import Desk
from api.errors import ApiError
from api.numbers import UNKNOWN_PARAMETER, WRONG_TYPE
from api.operation import Operation, Pairs
from api.reference import reference
from api.table import OPERATIONS
from twofactor.extensions import csrf
from twofactor.house import house

NAME = "sixdigits.api"
FORM = "application/x-www-form-urlencoded"


def install(app: Flask) -> None:
    """Open this door of an app; after the pages, whose errors it leaves alone."""
    blueprint, desk = Blueprint("api", __name__), Desk()
    app.extensions[NAME] = desk
    for operation in OPERATIONS:
        blueprint.add_url_rule(
            operation.path.replace("{", "<").replace("}", ">"),
            operation.name,
            _view(operation, desk),
            methods=[operation.method],
            provide_automatic_options=False,
        )
    app.register_blueprint(blueprint)
    app.register_blueprint(reference)
    csrf.exempt(blueprint)
    handlers.install(app)


def desk() -> Desk:
    """The desk of the app that is being served."""
    return cast(Desk, current_app.extensions[NAME])


def _view(operation: Operation, desk: Desk) -> Any:
    def view(**sids: str) -> Response:
        tokens = [request.headers[name] for name in idempotency.HEADERS if name in request.headers]
        built = house()
        caller = desk.admit(built.kit, request.headers.get("Authorization"))
        asked = Asked(request.path, sids, caller, _pairs, tokens[0] if tokens else None)
        return handlers.response(answers.of_answer(desk.serve(built, operation, asked)))

    return view


def _pairs() -> Pairs:
    return list(_values().items(multi=True))


def _values() -> MultiDict[str, str]:
    """What was sent, from the one place where this operation takes it."""
    if request.method == "GET":
        return request.args
    if request.args:
        raise ApiError(400, UNKNOWN_PARAMETER, "Send parameters as a form, not in the address")
    if request.content_length or request.headers.get("Transfer-Encoding"):
        if request.mimetype != FORM and request.get_data(cache=True):
            raise ApiError(415, WRONG_TYPE, f"Send the parameters as {FORM}")
    return request.form
