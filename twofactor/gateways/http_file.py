"""The TOML file that describes a gateway nobody has written an adapter for; read once, at start.

`docs/gateways/http.md` explains every key, `docs/gateways/http-example.toml` is a whole one.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from twofactor.gateways.http_description import (
    Answer,
    Description,
    Inbound,
    Receipts,
    Request,
)
from twofactor.gateways.http_table import BadGatewayFile, Table
from twofactor.gateways.http_template import PLACES, place_names
from twofactor.words import ErrorClass, Status

METHODS = ("POST", "GET", "PUT")


def load(path: str) -> Description:
    """Raises BadGatewayFile, which names the file, the key and the mend."""
    if not path:
        raise BadGatewayFile(
            "SIXDIGITS_HTTP_FILE is empty: name the TOML file that describes the gateway; "
            "docs/gateways/http-example.toml is one to start from."
        )
    file = Path(path)
    try:
        content = tomllib.loads(file.read_text())
    except OSError as error:
        raise BadGatewayFile(
            f"{path}: can't be read ({error.strerror}): check SIXDIGITS_HTTP_FILE and its rights."
        ) from error
    except ValueError as error:
        raise BadGatewayFile(f"{path}: is no TOML: {error}. Mend that line.") from error
    whole = Table(path, "", content)
    secrets = _secrets(whole.table("secrets"), file.parent)
    description = Description(
        secrets=secrets,
        request=_request(whole.table("send", needed=True), secrets),
        answer=_answer(whole.table("answer", needed=True)),
        errors=whole.table("errors").choices(ErrorClass),
        receipts=_receipts(whole.table("receipts")) if "receipts" in content else None,
        inbound=_inbound(whole.table("inbound")) if "inbound" in content else None,
    )
    if description.inbound and not description.receipts:
        raise whole.fault("inbound", "describe [receipts] too: texts come as receipts do")
    whole.finish()
    return description


def _secrets(table: Table, folder: Path) -> dict[str, str]:
    """`NAME = { file = "PATH" }`, the path beside this file, or, not advised, the text itself."""
    return {name: _secret(table, name, folder) for name in table.names()}


def _secret(table: Table, name: str, folder: Path) -> str:
    if table.holds_text(name):
        return table.text(name)
    source = table.table(name)
    path = source.text("file")
    source.finish()
    try:
        secret = (folder / path).read_text().strip()
    except (OSError, ValueError) as error:
        raise source.fault(
            "file", f"{path} can't be read: check the path and its rights"
        ) from error
    if not secret:
        raise source.fault("file", f"{path} is empty: put the secret into it")
    return secret


def _request(table: Table, secrets: Mapping[str, str]) -> Request:
    form = table.table("form").texts() if table.has("form") else None
    json = table.anything("json")
    login, auth_headers = _auth(table.table("auth"))
    if form is not None and json is not None:
        raise table.fault("json", "choose one of [send.form] and [send.json]")
    request = Request(
        method=table.choice("method", METHODS, "POST"),
        url=table.text("url"),
        headers=table.table("headers").texts() | auth_headers,
        login=login,
        sender=table.text("sender", ""),
        query=table.table("query").texts(),
        form=form,
        json=json,
    )
    if urlsplit(request.url).scheme not in ("https", "http"):
        raise table.fault("url", "write a whole address that begins with https://")
    if request.method == "GET" and (form is not None or json is not None):
        raise table.fault("method", "a GET carries no body: use [send.query], or POST")
    table.finish()
    places = place_names([vars(request)])
    if "sender" in places and not request.sender:
        raise table.fault("sender", 'say what {sender} stands for, like sender = "Acme"')
    known = PLACES | {f"secret.{name}" for name in secrets}
    for name in places - known:
        raise table.fault(f"{{{name}}}", f"unknown placeholder: use one of {sorted(known)}")
    return request


def _auth(auth: Table) -> tuple[tuple[str, str] | None, dict[str, str]]:
    """The login of HTTP Basic, or the header that holds a key."""
    login, headers = None, {}
    kind = auth.choice("kind", ("basic", "header", "none"), "none")
    if kind == "basic":
        login = auth.text("username"), auth.text("password")
    elif kind == "header":
        headers = {auth.text("name"): auth.text("value")}
    auth.finish()
    return login, headers


def _answer(table: Table) -> Answer:
    success = table.table("success")
    answer = Answer(
        format=table.choice("format", ("json", "text"), "json"),
        id=table.text("id", ""),
        success=success.text("at", ""),
        success_values=frozenset(success.words("values")),
        error=table.text("error", ""),
        detail=table.text("detail", ""),
    )
    success.finish()
    table.finish()
    if bool(answer.success) != bool(answer.success_values):
        raise table.fault("success", 'write both: { at = "status", values = ["OK"] }')
    if not (answer.id or answer.success):
        raise table.fault("id", "say where the id stands, or what success looks like")
    for key in ("id", "success", "error", "detail") if answer.format == "text" else ():
        _check_pattern(table, key, getattr(answer, key))
    return answer


def _check_pattern(table: Table, key: str, pattern: str) -> None:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise table.fault(key, f"is no regular expression: {error}") from error
    if pattern and groups != 1:
        raise table.fault(key, "put brackets round the one part that counts")


def _receipts(table: Table) -> Receipts:
    receipts = Receipts(
        method=table.choice("method", ("POST", "GET"), "POST"),
        format=table.choice("format", ("json", "form", "query"), "json"),
        items=table.text("list", ""),
        token_header=table.text("token_header", "").lower(),
        id=table.text("id", ""),
        status=table.text("status"),
        recipient=table.text("recipient", ""),
        reference=table.text("reference", ""),
        error=table.text("error", ""),
        statuses={
            word.lower(): status for word, status in table.table("statuses").choices(Status).items()
        },
    )
    table.finish()
    if not (receipts.id or receipts.reference):
        raise table.fault("id", "a receipt needs the id of the answer, or our reference")
    if (receipts.method == "GET") != (receipts.format == "query"):
        raise table.fault("format", '"query" goes with method "GET", and only with it')
    return receipts


def _inbound(table: Table) -> Inbound:
    inbound = Inbound(
        id=table.text("id"),
        sender=table.text("sender"),
        recipient=table.text("recipient", ""),
        body=table.text("body"),
    )
    table.finish()
    return inbound
