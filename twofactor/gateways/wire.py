"""The HTTP seam under every gateway: kept connections, hard bounds, and no guessing.

Bounds: connect 3 s, each read 7 s, 15 s for the whole call, 1 MiB of answer (ASVS 13.1.3, 13.2.6);
no redirects, no retries, no cookies, no proxy, TLS always verified.
"""

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from twofactor.clock import Clock, SystemClock
from twofactor.gateways import request
from twofactor.gateways.connections import Pools
from twofactor.gateways.deadline import CALL, AnswerTooLarge, Call

CONNECT_SECONDS = 3.0
READ_SECONDS = 7.0
TOTAL_SECONDS = 15.0
ANSWER_BYTES = 1024 * 1024
PIECE = 65536


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole HTTP answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The decoded JSON. Raises ValueError when it is none."""
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("JSON nests too deep") from error

    @property
    def is_success(self) -> bool:
        """True for 2xx. Some gateways refuse with 200: the body decides, never this alone."""
        return 200 <= self.status < 300

    @property
    def retry_after(self) -> float | None:
        """Seconds of `Retry-After`, when given as a number."""
        value = self.headers.get("retry-after", "").strip()
        return float(value) if value.isascii() and value.isdigit() else None


class WireError(Exception):
    """No whole answer came. `sent` is False when the request surely never reached the gateway."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


class Wire:
    """Calls gateways. Safe to share between threads."""

    def __init__(
        self,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        answer_bytes: int = ANSWER_BYTES,
        ca_file: str = "",
        clock: Clock | None = None,
    ) -> None:
        """`ca_file` names a PEM bundle to trust instead of the public authorities; `clock` is for
        gateways that want points in time, not spans."""
        self.clock = clock or SystemClock()
        self._total_seconds = total_seconds
        self._answer_bytes = answer_bytes
        self._pools = Pools(connect_seconds, read_seconds, ca_file)

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        form: request.Form | None = None,
        json_body: Any = None,
        auth: tuple[str, str] | None = None,
    ) -> Reply:
        """One request, one answer of any status. Raises WireError."""
        call = Call(self._total_seconds, self._answer_bytes)
        token = CALL.set(call)
        try:
            origin, address = request.split(url)
            call.target = request.target(address, params)
            body, kind = request.body(form, json_body)
            answer = self._pools.of(origin).urlopen(
                method.upper(),
                "/",
                body=body,
                headers=request.headers(headers, kind, auth or request.login(address)),
                redirect=False,
                assert_same_host=False,
                preload_content=False,
            )
            with closing(answer):
                names = {name.lower(): value for name, value in answer.headers.items()}
                return Reply(answer.status, names, self._read(answer))
        except AnswerTooLarge as error:
            raise WireError("answer too large", sent=True) from error
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            raise WireError(_reason(error), sent=call.is_sent) from error
        finally:
            CALL.reset(token)

    def _read(self, answer: BaseHTTPResponse) -> bytes:
        """The body, refused past the size bound."""
        body = bytearray()
        for piece in answer.stream(PIECE, decode_content=False):
            body += piece
            if len(body) > self._answer_bytes:
                raise AnswerTooLarge
        return bytes(body)


def _reason(error: Exception) -> str:
    """What broke, without the address: that could hold a credential."""
    if isinstance(error, SSLError):
        return "TLS certificate refused"
    is_refused = isinstance(error, NewConnectionError)  # for urllib3 a kind of timeout
    if isinstance(error, ConnectTimeoutError) and not is_refused:
        return "connect timeout"
    if isinstance(error, ReadTimeoutError) or "timed out" in str(error):
        return "answer too slow"
    return f"no whole answer ({type(error).__name__})"
