"""A person's browser, without a screen: it keeps cookies and fills forms."""

import html
import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """One browser at one address."""

    def __init__(self, app: Flask, address: str = "203.0.113.7") -> None:
        self.client = app.test_client()
        self.address = address

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, environ_base={"REMOTE_ADDR": self.address}, **options)

    def post(
        self, path: str, form: str | None = None, headers: Any = None, **fields: str
    ) -> TestResponse:
        """Fill the form on page `form` (the same address by default) and send it to `path`."""
        token = self.token(form or path)
        return self.client.post(
            path,
            data={"csrf_token": token, **fields},
            headers=headers,
            environ_base={"REMOTE_ADDR": self.address},
        )

    def token(self, page: str) -> str:
        """The CSRF token on a page."""
        found = _TOKEN.search(self.get(page, follow_redirects=True).text)
        assert found is not None, f"there is no form on {page}"
        return found[1]


def alert(response: TestResponse) -> str:
    """The words in the error summary."""
    found = re.search(r'role="alert".*?<ul>(.*?)</ul>', response.text, re.S)
    assert found is not None, "no error is shown"
    return html.unescape(re.sub(r"<[^>]+>|\s+", " ", found[1])).strip()
