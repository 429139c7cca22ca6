"""Sinch's OAuth access token, asked for when needed and kept for most of its hour.

(developers.sinch.com/docs/identity-access-management/authenticate/oauth2)
"""

from datetime import datetime, timedelta
from threading import Lock

from twofactor.gateways.wire import Reply, Wire, WireError

URL = "https://auth.sinch.com/oauth2/token"
SPARE_SECONDS = 120  # a token this close to its end is not used any more


class TokenRefused(Exception):
    """The key is not good, or asked for tokens too often: `reply` says which."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"HTTP {reply.status}")
        self.reply = reply


class SinchToken:
    """One access token for all threads."""

    def __init__(self, wire: Wire, key: tuple[str, str], url: str = URL) -> None:
        """`key` is id and secret of an access key."""
        self._wire = wire
        self._key = key
        self._url = url
        self._lock = Lock()
        self._value = ""
        self._good_until: datetime | None = None

    def current(self) -> str:
        """A token that is still good. Raises TokenRefused, or WireError with `sent` False: no
        text has left then."""
        with self._lock:
            now = self._wire.clock.now()
            if self._good_until is None or now >= self._good_until:
                self._value, seconds = self._fetch()
                self._good_until = now + timedelta(seconds=seconds - SPARE_SECONDS)
            return self._value

    def drop(self) -> None:
        """Forget the token: the API didn't take it."""
        with self._lock:
            self._good_until = None

    def _fetch(self) -> tuple[str, int]:
        form = {"grant_type": "client_credentials"}
        try:
            reply = self._wire.call("POST", self._url, form=form, auth=self._key)
        except WireError as error:
            raise WireError(f"no access token: {error.reason}", sent=False) from error
        if 400 <= reply.status < 500:
            raise TokenRefused(reply)
        try:
            answer = reply.json()
            return str(answer["access_token"]), int(answer["expires_in"])
        except (LookupError, TypeError, ValueError) as error:
            raise WireError(f"no access token: HTTP {reply.status}", sent=False) from error
