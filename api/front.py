"""The hot operations, answered in front of Flask: a start and a check of a caller who is known.

They need no session, form object or page, and those cost more than the operation does. What is
plain goes straight to the desk, the same code as behind Flask's routes; whatever is odd (another
host or method, a stranger, a query, another kind of body) goes on to Flask, which knows why.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import Authorization, MultiDict

from api import answers, idempotency
from api.answers import Wire
from api.asked import Asked
from api.desk import Desk
from api.door import FORM
from api.errors import ApiError
from api.operation import Operation
from api.table import OPERATIONS
from twofactor import randomness
from twofactor.house import House
from twofactor.posts import is_plain

MOST_FIELDS = 100
_PATH = re.compile(r"(/v2/Services/)(VA[0-9a-f]{32})(/\w+)", re.ASCII)
_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_TOKENS = [f"HTTP_{name.upper().replace('-', '_')}" for name in idempotency.HEADERS]
_HOT = {operation.path: operation for operation in OPERATIONS if operation.is_hot}

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


def in_front(
    application: Application, built: House, desk: Desk, dress: Mapping[str, str]
) -> Application:
    """The application, with its hot operations answered before it; `dress` are the headers that
    every answer carries."""
    netloc = built.kit.settings.netloc

    def answered(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = _PATH.fullmatch(environ["PATH_INFO"])
        operation = _HOT.get(f"{path[1]}{{ServiceSid}}{path[3]}") if path else None
        if operation is None or environ.get("HTTP_HOST") != netloc or not _is_form(environ):
            return application(environ, start_response)
        request_id = randomness.take(16).hex()
        try:
            wire = _serve(built, desk, operation, path[2], environ)  # type: ignore[index]
        except ApiError as error:
            wire = answers.of_error(error, environ["PATH_INFO"])
        except Exception as error:
            unforeseen = answers.unforeseen(error, operation.name, request_id)
            wire = answers.of_error(unforeseen, environ["PATH_INFO"])
        if wire is None:
            return application(environ, start_response)
        headers = [*dress.items(), *wire.headers.items(), ("X-Request-Id", request_id)]
        start_response(_LINES[wire.status], [*headers, ("Content-Length", str(len(wire.body)))])
        return [wire.body]

    return answered


def _is_form(environ: Environ) -> bool:
    return (
        environ.get("CONTENT_TYPE") == FORM
        and not environ.get("QUERY_STRING")
        and is_plain(environ)
        and int(environ["CONTENT_LENGTH"]) > 0
    )


def _serve(
    built: House, desk: Desk, operation: Operation, service_sid: str, environ: Environ
) -> Wire | None:
    """The answer; None when Flask has to find it. Raises ApiError."""
    credentials = Authorization.from_header(environ.get("HTTP_AUTHORIZATION"))
    caller = desk.known(built.kit, credentials)
    if caller is None:
        return None
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    if not body.isascii() or body.count(b"&") >= MOST_FIELDS:
        environ["wsgi.input"] = BytesIO(body)
        return None
    pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="werkzeug.url_quote")
    tokens = [environ[name] for name in _TOKENS if name in environ]
    asked = Asked(
        environ["PATH_INFO"],
        {"ServiceSid": service_sid},
        caller,
        lambda: MultiDict(pairs),
        tokens[0] if tokens else None,
    )
    return answers.of_answer(desk.serve(built, operation, asked))
