"""The HTTP seam under every gateway: one pooled session, hard bounds, and no guessing.

Bounds: connect 3 s, each read 7 s, 15 s for the whole call, 1 MiB of answer (ASVS 13.1.3, 13.2.6);
no redirects, no retries, no cookies, TLS always verified.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from twofactor.clock import Clock, SystemClock
from twofactor.gateways.deadline import CALL, Bounded, Call

CONNECT_SECONDS = 3.0
READ_SECONDS = 7.0
TOTAL_SECONDS = 15.0
ANSWER_BYTES = 1024 * 1024
POOL_SIZE = 256  # as many as the desk has hands (twofactor.desk)


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
        self._timeout = (connect_seconds, read_seconds)
        self._total_seconds = total_seconds
        self._answer_bytes = answer_bytes
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = ca_file or True
        # A packed answer could unfold far past the size bound before anybody counts it.
        self._session.headers["Accept-Encoding"] = "identity"
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = Bounded(pool_maxsize=POOL_SIZE, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str | list[str]] | bytes | None = None,
        json_body: Any = None,
        auth: tuple[str, str] | None = None,
    ) -> Reply:
        """One request, one answer of any status. Raises WireError."""
        call = Call(self._total_seconds)
        token = CALL.set(call)
        try:
            with self._session.request(
                method,
                url,
                headers=headers,
                params=params,
                data=form,
                json=json_body,
                auth=auth,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                body = self._read(response)
                names = {name.lower(): value for name, value in response.headers.items()}
                return Reply(response.status_code, names, body)
        except (requests.RequestException, HTTPError, OSError, UnicodeError) as error:
            raise WireError(_reason(error), sent=call.is_sent) from error
        finally:
            CALL.reset(token)

    def _read(self, response: requests.Response) -> bytes:
        """The body, refused past the size bound."""
        body = bytearray()
        for chunk in response.iter_content(8192):
            body += chunk
            if len(body) > self._answer_bytes:
                raise WireError("answer too large", sent=True)
        return bytes(body)


def _reason(error: Exception) -> str:
    """What broke, without the address: that could hold a credential."""
    if isinstance(error, requests.exceptions.SSLError):
        return "TLS certificate refused"
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "connect timeout"
    if isinstance(error, requests.exceptions.Timeout) or "timed out" in str(error):
        return "answer too slow"
    return f"no whole answer ({type(error).__name__})"
