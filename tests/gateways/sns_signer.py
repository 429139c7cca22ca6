"""Signs messages as Amazon SNS does, with a certificate made for the tests."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding

TOPIC = "arn:aws:sns:eu-west-1:123456789012:sms-events"
REGION_HOST = "https://sns.eu-west-1.amazonaws.com"
CERTIFICATE_URL = f"{REGION_HOST}/SimpleNotificationService-0a1b.pem"
# In the order in which the developer guide lists them for the text that is signed.
ORDER = (
    "Message",
    "MessageId",
    "Subject",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
)


def enveloped(kind: str = "Notification", **fields: str) -> dict[str, Any]:
    """A message without its signature."""
    message = {
        "Type": kind,
        "MessageId": "fbd9efd1-c46c-85cf-3539-715017f882f0",
        "TopicArn": TOPIC,
        "Message": "hello",
        "Timestamp": "2026-11-02T09:14:05.101Z",
    }
    return {**message, **fields}


class Signer:
    """Holds the key, and serves the certificate."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
        start = datetime(2026, 1, 1, tzinfo=UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(1)
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=3650))
            .sign(self._key, hashes.SHA256())
        )
        self._pem = certificate.public_bytes(Encoding.PEM)

    def certificate(self, url: str) -> bytes:
        assert url.startswith(REGION_HOST)
        return self._pem

    def sign(self, message: dict[str, Any], version: str = "2", **changes: str) -> dict[str, Any]:
        """The message with the fields that sign it."""
        lines = [part for name in ORDER if name in message for part in (name, message[name])]
        text = "".join(f"{line}\n" for line in lines).encode()
        method = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303
        signature = base64.b64encode(self._key.sign(text, PKCS1v15(), method)).decode()
        added = {"SignatureVersion": version, "Signature": signature}
        return {**message, **added, "SigningCertURL": CERTIFICATE_URL, **changes}
