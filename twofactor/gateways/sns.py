"""Is this really a message of Amazon SNS? Its signature, versions 1 and 2.

The signature proves Amazon, not the account: whoever may publish is decided by the list of topics.
(Amazon SNS Developer Guide, "Verifying the signatures of Amazon SNS messages")
"""

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from twofactor.gateways.callback import BadCredential
from twofactor.gateways.wire import Wire, WireError

HOST = r"https://sns\.[a-z]{2}(-[a-z]+)+-[0-9]{1,2}\.amazonaws\.com"
CERTIFICATE_URL = re.compile(HOST + r"/[A-Za-z0-9_-]+\.pem")
SUBSCRIBE_URL = re.compile(HOST + r"/\?Action=ConfirmSubscription&[\x21-\x7e]+")
KEPT_CERTIFICATES = 8

_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
SIGNED_FIELDS = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}
OPTIONAL_FIELDS = {"Subject"}
# Version 1 is SHA-1; Amazon still signs with it unless the topic asks for version 2.
HASHES: Mapping[str, Callable[[], hashes.HashAlgorithm]] = {
    "1": hashes.SHA1,  # noqa: S303
    "2": hashes.SHA256,
}

CertificateSource = Callable[[str], bytes]


class FetchedCertificates:
    """Certificates of SNS hosts, fetched over the wire once and kept, a few of them."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._kept: dict[str, bytes] = {}

    def __call__(self, url: str) -> bytes:
        """PEM bytes. Raises BadCredential when there is none at that address, WireError when
        nobody answers there: then the callback may be right, and should come again."""
        if url not in self._kept:
            reply = self._wire.call("GET", url)
            if reply.status >= 500:
                raise WireError(f"certificate not served, HTTP {reply.status}", sent=True)
            if not reply.is_success:
                raise BadCredential("there is no such certificate")
            if len(self._kept) >= KEPT_CERTIFICATES:
                self._kept.clear()
            self._kept[url] = reply.body
        return self._kept[url]


def check_signature(message: Mapping[str, Any], certificate_source: CertificateSource) -> None:
    """Raises BadCredential, and what `certificate_source` raises."""
    url = str(message.get("SigningCertURL"))
    if not CERTIFICATE_URL.fullmatch(url):
        raise BadCredential("the certificate is not from an SNS host")
    make_hash = HASHES.get(str(message.get("SignatureVersion")))
    if make_hash is None:
        raise BadCredential("unknown signature version")
    text = signed_text(message)
    try:
        key = x509.load_pem_x509_certificate(certificate_source(url)).public_key()
        signature = base64.b64decode(str(message.get("Signature")), validate=True)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadCredential("certificate or signature can't be decoded") from error
    if not isinstance(key, RSAPublicKey):
        raise BadCredential("the certificate holds no RSA key")
    try:
        key.verify(signature, text, PKCS1v15(), make_hash())
    except InvalidSignature as error:
        raise BadCredential("signature wrong") from error


def signed_text(message: Mapping[str, Any]) -> bytes:
    """Names and values, a line each, in the order of the names. Raises BadCredential."""
    names = SIGNED_FIELDS.get(str(message.get("Type")))
    if names is None:
        raise BadCredential("unknown type of message")
    lines: list[str] = []
    for name in names:
        value = message.get(name)
        if value is None and name in OPTIONAL_FIELDS:
            continue
        if not isinstance(value, str):
            raise BadCredential(f"{name} is missing")
        lines += [name, value]
    return "".join(line + "\n" for line in lines).encode()
