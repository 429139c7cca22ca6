"""The callbacks of `tests/data/gateways/`, as requests to our webhooks, and their secrets."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from twofactor.gateways import load
from twofactor.gateways.base import Callback, Gateway
from twofactor.gateways.wire import Reply, Wire

FOLDER = Path(__file__).parents[1] / "data" / "gateways"
NOW = datetime(2026, 11, 2, 9, 15, tzinfo=UTC)
PATH_TOKEN = "cbk_test_5f2d8c1e9a7b4036"

SECRETS: dict[str, dict[str, str]] = {
    "twilio": {
        "ACCOUNT_SID": "AC0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
        "AUTH_TOKEN": "12345678901234567890123456789012",
        "SHARED_KEYS": "webhooks_sharedkey_0001=sharedkey-test-secret-0001",
    },
    "egosms": {"CALLBACK_TOKEN": PATH_TOKEN},
    "africastalking": {"CALLBACK_TOKEN": PATH_TOKEN},
    "infobip": {"CALLBACK_TOKEN": PATH_TOKEN},
    "vonage": {"SIGNATURE_SECRET": "vonage-test-signature-secret-0001"},
    "sinch": {"CALLBACK_SECRET": "sinch-test-callback-secret-0001"},
    "plivo": {"AUTH_TOKEN": "plivo-test-auth-token-0001"},
    "messagebird": {"SIGNING_KEY": "messagebird-test-signing-key-0001"},
    "aws": {"SNS_TOPIC_ARNS": "arn:aws:sns:eu-west-1:123456789012:sms-events"},
}


@dataclass(frozen=True)
class Row:
    """One line of the corpus."""

    content: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.content["id"])

    @property
    def gateway(self) -> str:
        return str(self.content["gateway"])

    @property
    def auth(self) -> str:
        return str(self.content["auth"])

    @property
    def expect(self) -> dict[str, Any]:
        return dict(self.content["expect"])

    @property
    def callback(self) -> Callback:
        row = self.content
        query = f"?{row['query']}" if row["query"] else ""
        parts = row["path_suffix"].split("/")
        return Callback(
            method=row["method"],
            url=f"https://2fa.example.com/webhooks/{row['path_suffix']}{query}",
            headers={name.lower(): value for name, value in row["headers"].items()},
            body=row["body"].encode(),
            received_at=NOW,
            path_token=parts[2] if len(parts) > 2 else "",
        )


@cache
def rows() -> tuple[Row, ...]:
    """Every callback that comes over HTTP."""
    lines = (FOLDER / "callbacks.jsonl").read_text().splitlines()
    found = [Row(json.loads(line)) for line in lines]
    return tuple(row for row in found if row.content["method"] != "SMPP")


def row(row_id: str) -> Row:
    return next(row for row in rows() if row.id == row_id)


def receiver(name: str) -> Gateway:
    """The adapter with the corpus's secrets; all that its wire reaches is Amazon's certificate."""
    return load(name)(SECRETS[name], CertificateWire())


class CertificateWire(Wire):
    """Every address holds the certificate that signed the corpus's SNS messages."""

    def call(self, *_: Any, **__: Any) -> Reply:
        return Reply(200, {}, (FOLDER / "sns_test_cert.pem").read_bytes())
