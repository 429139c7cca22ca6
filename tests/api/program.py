"""A program that uses the API, without an SDK: forms in, JSON out."""

import base64
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.cast import Cast
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.sms.phone import Phone
from twofactor.verify import services
from twofactor.verify.services import ORDINARY
from twofactor.words import Scope

PHONE = Phone("+12025550171", "US")
OTHER_PHONE = Phone("+12025550189", "US")


class Program:
    """One account with one service, and a client that knows its secret."""

    def __init__(
        self, app: Flask, name: str = "Shop", scopes: tuple[Scope, ...] = ORDINARY
    ) -> None:
        self.app = app
        with app.app_context():
            kit = house().kit
            with transaction():
                account, issued = services.create_account(kit, name, scopes)
                service = services.create_service(kit, account, name)
            self.account_sid, self.secret, self.service_sid = (
                account.sid,
                issued.secret,
                service.sid,
            )
        self.login = self.account_sid
        self.client = app.test_client()

    @property
    def base(self) -> str:
        return f"/v2/Services/{self.service_sid}"

    def headers(self) -> dict[str, str]:
        pair = base64.b64encode(f"{self.login}:{self.secret}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    def post(self, path: str, headers: Any = None, **fields: str) -> TestResponse:
        """POST a form; names with a dot are given as a dict by `data`."""
        return self.client.post(path, data=fields, headers={**self.headers(), **(headers or {})})

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, headers=self.headers())

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(path, headers=self.headers())

    def start(self, phone: Phone = PHONE, **fields: str) -> TestResponse:
        """Start a verification."""
        return self.post(f"{self.base}/Verifications", To=phone.e164, Channel="sms", **fields)

    def check(self, code: str, phone: Phone = PHONE) -> TestResponse:
        """Check a code."""
        return self.post(f"{self.base}/VerificationCheck", To=phone.e164, Code=code)


def wrong(code: str) -> str:
    """Another code of the same length."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


def error(response: TestResponse) -> tuple[int, int]:
    """HTTP status and error number of a well-formed error answer."""
    told = response.json
    assert told is not None
    assert set(told) == {"code", "message", "more_info", "status"}
    assert told["status"] == response.status_code
    assert told["more_info"].endswith(f"/{told['code']}")
    return response.status_code, told["code"]


__all__ = ["OTHER_PHONE", "PHONE", "Cast", "Program", "error", "wrong"]
