"""Any other gateway with an HTTP API, described by the TOML file that `HTTP_FILE` names."""

import hmac
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from twofactor.gateways.base import (
    Accepted,
    BadCredential,
    Callback,
    Credential,
    Gateway,
    InboundText,
    Malformed,
    OutgoingSms,
    ParsedReceipt,
    Reply,
    SendResult,
    check_path_token,
    e164,
    exchange,
    optional,
    our_reference,
    refused,
    required,
    single,
)
from twofactor.gateways.http_description import Receipts
from twofactor.gateways.http_file import load
from twofactor.gateways.http_template import fill, fill_all, fill_json, fill_url, values
from twofactor.gateways.wire import Wire
from twofactor.words import ErrorClass

MAX_RECEIPTS = 1000
NO_ERROR = ("0", "false")  # how some say that there is none


class Http(Gateway):
    """One text a call. The file decides everything else."""

    name = "http"
    default_url = ""  # the file's
    callback_methods = ("POST", "GET")
    has_path_token = True
    credentials = (
        Credential("FILE", "path of the TOML file that describes the gateway"),
        Credential("CALLBACK_TOKEN", "last part of the webhook's path", secret=True, min_length=16),
    )

    def __init__(self, settings: Mapping[str, str], wire: Wire) -> None:
        """Raises BadGatewayFile."""
        super().__init__(settings, wire)
        self._file = load(self.settings["FILE"])

    def send(self, sms: OutgoingSms) -> SendResult:
        request, filling = self._file.request, self._filling(sms)
        login = request.login and (fill(request.login[0], filling), fill(request.login[1], filling))
        call = partial(
            self.wire.call,
            request.method,
            self._moved(fill_url(request.url, filling)),
            headers=fill_all(request.headers, filling),
            params=fill_all(request.query, filling),
            form=None if request.form is None else fill_all(request.form, filling),
            json_body=fill_json(request.json, filling),
            auth=login,
        )
        return exchange(call, partial(self._read, sms))[0]

    def _filling(self, sms: OutgoingSms) -> dict[str, str]:
        return values(sms, sms.sender or self._file.request.sender, self._file.secrets)

    def _moved(self, url: str) -> str:
        """The same path at `API_URL`, where that is set."""
        if not self.api_url:
            return url
        base, parts = urlsplit(self.api_url), urlsplit(url)
        return urlunsplit(parts._replace(scheme=base.scheme, netloc=base.netloc))

    def _read(self, sms: OutgoingSms, reply: Reply) -> list[SendResult]:
        """Success where it is described by that word alone, else no error and an id."""
        answer, find = self._file.answer, _finder(self._file.answer.format, reply)
        word, error = find(answer.success), find(answer.error)
        if error in NO_ERROR:
            error = ""
        if answer.success and not word and not error:
            raise LookupError("neither success nor an error")
        is_success = word in answer.success_values if answer.success else not error
        if not is_success:
            code = error or word
            error_class = self._file.errors.get(code, ErrorClass.UNCLASSIFIED)
            return [refused(code, error_class, find(answer.detail))]
        gateway_ref = find(answer.id) if answer.id else sms.reference
        if not gateway_ref:
            raise LookupError("no id")
        return [Accepted(gateway_ref)]

    def authenticate(self, callback: Callback) -> None:
        name = self._file.receipts.token_header if self._file.receipts else ""
        token = self.settings["CALLBACK_TOKEN"]
        if not name:
            check_path_token(token, callback)
        elif not token or not hmac.compare_digest(
            token.encode(), callback.headers.get(name, "").encode()
        ):
            raise BadCredential("token missing or wrong")

    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        described = self._described(callback)
        return [
            self._receipt(described, one, callback.attempt_sid)
            for one in _items(described, callback)
        ]

    def _described(self, callback: Callback) -> Receipts:
        if self._file.receipts is None:
            raise Malformed("the file describes no receipts")
        if callback.method != self._file.receipts.method:
            raise Malformed("receipts come by another method")
        return self._file.receipts

    def _receipt(self, described: Receipts, item: Any, sid: str) -> ParsedReceipt:
        word, code = _needed(item, described.status), _stored(item, described.error)
        recipient = at_path(item, described.recipient)
        failure = self._file.errors.get(code, ErrorClass.UNCLASSIFIED) if code else None
        return ParsedReceipt(
            gateway_ref=_needed(item, described.id) if described.id else "",
            status=described.statuses.get(word.lower()),
            raw_status=word,
            error_code=code,
            error_class=failure,
            attempt_sid=our_reference(at_path(item, described.reference)) or sid,
            recipient=e164(recipient) if recipient else "",
        )

    def parse_inbound(self, callback: Callback) -> list[InboundText]:
        described, inbound = self._described(callback), self._file.inbound
        if inbound is None:
            raise Malformed("the file describes no inbound texts")
        return [
            InboundText(
                gateway_ref=_needed(item, inbound.id),
                sender=e164(_needed(item, inbound.sender)),
                recipient=_stored(item, inbound.recipient),
                body=at_path(item, inbound.body),
            )
            for item in _items(described, callback)
        ]


def at_path(node: Any, path: str) -> str:
    """The value at a path such as `messages.0.id`, as text; empty where there is none. A name
    that holds dots itself, as form fields may, is found too."""
    is_name = isinstance(node, dict) and path in node
    for part in [path] if is_name else path.split("."):
        if isinstance(node, list) and part.isdecimal() and int(part) < len(node):
            node = node[int(part)]
        elif isinstance(node, dict):
            node = node.get(part)
        else:
            return ""
    if isinstance(node, bool):
        return str(node).lower()
    return str(node) if isinstance(node, str | int | float) else ""


def _finder(format: str, reply: Reply) -> Callable[[str], str]:
    """Looks things up in an answer. Raises ValueError when it is not of that format."""
    if format == "json":
        content = reply.json()
        if not isinstance(content, dict | list):
            raise ValueError("neither a table nor a list")
        return partial(at_path, content)
    text = reply.body.decode()

    def find(pattern: str) -> str:
        found = re.search(pattern, text) if pattern else None
        return found[1] or "" if found else ""

    return find


def _items(described: Receipts, callback: Callback) -> list[Any]:
    if described.format != "json":
        return [single(callback.query if described.format == "query" else callback.form)]
    items = callback.json
    for part in described.items.split(".") if described.items else ():
        items = items.get(part) if isinstance(items, dict) else None
    items = items if described.items else [items]
    if not isinstance(items, list) or not 0 < len(items) <= MAX_RECEIPTS:
        raise Malformed("no receipts")
    return items


def _needed(item: Any, path: str) -> str:
    return required({path: at_path(item, path)}, path)


def _stored(item: Any, path: str) -> str:
    return optional({path: at_path(item, path)}, path)
