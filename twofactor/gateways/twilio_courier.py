"""Between Twilio's SDK and our wire."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from twofactor.gateways.wire import Reply, Wire


class Courier:
    """What the SDK takes for its HTTP client: our wire to our address, keeping the last answer.

    Not derived from the SDK's own class, so that this module loads without the SDK; the SDK calls
    nothing but `request`. Its own client has no timeout, and logs parameters, the code among them.
    """

    def __init__(self, wire: Wire, api_url: str) -> None:
        self._wire = wire
        self._api_url = api_url
        self.reply: Reply | None = None

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_: object,
    ) -> SimpleNamespace:
        url = self._api_url + urlsplit(uri).path
        form = {
            name: [str(one) for one in value] if isinstance(value, list) else str(value)
            for name, value in (data or {}).items()
        }
        self.reply = self._wire.call(
            method, url, headers=headers, params=params, form=form, auth=auth
        )
        text = self.reply.body.decode(errors="replace")
        return SimpleNamespace(status_code=self.reply.status, text=text, headers=self.reply.headers)
