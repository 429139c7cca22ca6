"""The HTTP seam under every gateway: one pooled session, hard bounds, and no guessing.

Bounds: connect 3 s, each read 7 s, 15 s for the whole call, 1 MiB of answer (ASVS 13.1.3, 13.2.6);
no redirects, no retries, TLS always verified.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import requests

CONNECT_SECONDS = 3.0
READ_SECONDS = 7.0
TOTAL_SECONDS = 15.0
ANSWER_BYTES = 1024 * 1024
POOL_SIZE = 64


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
    def retry_after(self) -> float | None:
        """Seconds of `Retry-After`, when given as a number."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.isdigit() else None


class WireError(Exception):
    """No whole answer came. `sent` is False when the request surely never reached the gateway."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


class Wire:
    """Calls gateways. Safe to share between threads."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=POOL_SIZE, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | bytes | None = None,
        json_body: Any = None,
        auth: tuple[str, str] | None = None,
    ) -> Reply:
        """One request, one answer of any status. Raises WireError."""
        deadline = monotonic() + TOTAL_SECONDS
        try:
            with self._session.request(
                method,
                url,
                headers=headers,
                params=params,
                data=form,
                json=json_body,
                auth=auth,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _read(response, deadline)
                headers_in = {name.lower(): value for name, value in response.headers.items()}
                return Reply(response.status_code, headers_in, body)
        except requests.exceptions.ConnectTimeout as error:
            raise WireError("connect timeout", sent=False) from error
        except requests.exceptions.SSLError as error:
            raise WireError("TLS certificate refused", sent=False) from error
        except requests.exceptions.ConnectionError as error:
            raise WireError("connection failed", sent=not _never_connected(error)) from error
        except requests.exceptions.RequestException as error:
            raise WireError(type(error).__name__, sent=True) from error


def _read(response: requests.Response, deadline: float) -> bytes:
    """The body, refused past the size or the time bound (a slow drip never times out by itself)."""
    body = bytearray()
    for chunk in response.iter_content(8192):
        body += chunk
        if len(body) > ANSWER_BYTES:
            raise WireError("answer too large", sent=True)
        if monotonic() > deadline:
            raise WireError("answer too slow", sent=True)
    return bytes(body)


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    """True when no connection came about, so that nothing can have been sent."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in ("NewConnectionError", "NameResolutionError")
