"""Texts that people send back, signed as each company signs them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import jwt

from tests.gateways.corpus import NOW, PATH_TOKEN, SECRETS
from tests.gateways.sns_signer import Signer, enveloped
from tests.webhooks.scene import FORM, PHONE, TWILIO_TOKEN, Signed
from twofactor.gateways.twilio import sign

PUBLIC_URL = "https://2fa.example.com"
DIGITS = PHONE[1:]
SIGNER = Signer()


def _path(gateway: str, token: str = "") -> str:
    return f"/webhooks/{gateway}/inbound{token and f'/{token}'}"


def _mac(secret: str, text: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), text, "sha256")).decode()


def _as_json(content: Any) -> str:
    return json.dumps(content)


def twilio(words: str) -> Signed:
    fields = {"MessageSid": "SM" + "7" * 32, "From": PHONE, "To": "+15005550006", "Body": words}
    signature = sign(TWILIO_TOKEN, PUBLIC_URL + _path("twilio"), list(fields.items()))
    headers = {"Content-Type": FORM, "X-Twilio-Signature": signature}
    return Signed(_path("twilio"), urlencode(fields), headers)


def africastalking(words: str) -> Signed:
    fields = {"id": "in-1", "from": PHONE, "to": "22345", "text": words}
    path = _path("africastalking", PATH_TOKEN)
    return Signed(path, urlencode(fields), {"Content-Type": FORM})


def infobip(words: str) -> Signed:
    text = {"messageId": "1", "from": DIGITS, "to": "256700999000", "text": words}
    headers = {"Content-Type": "application/json"}
    return Signed(_path("infobip", PATH_TOKEN), _as_json({"results": [text]}), headers)


def vonage(words: str) -> Signed:
    fields = {"msisdn": DIGITS, "to": "256700999000", "messageId": "0B66", "text": words}
    fields["timestamp"] = str(int(NOW.timestamp()))
    joined = "".join(f"&{name}={value}" for name, value in sorted(fields.items()))
    secret = SECRETS["vonage"]["SIGNATURE_SECRET"].encode()
    fields["sig"] = hmac.digest(secret, joined.encode(), "sha256").hex()
    return Signed(_path("vonage"), urlencode(fields), {"Content-Type": FORM})


def sinch(words: str) -> Signed:
    text = {"type": "mo_text", "id": "1", "from": DIGITS, "to": "12345", "body": words}
    body, at = _as_json(text), str(int(NOW.timestamp()))
    prefix = "X-Sinch-Webhook-Signature"
    signed = f"{body}.nonce.{at}".encode()
    headers = {
        "Content-Type": "application/json",
        prefix: _mac(SECRETS["sinch"]["CALLBACK_SECRET"], signed),
        f"{prefix}-Nonce": "nonce",
        f"{prefix}-Timestamp": at,
        f"{prefix}-Algorithm": "HmacSHA256",
    }
    return Signed(_path("sinch"), body, headers)


def plivo(words: str) -> Signed:
    fields = {"From": DIGITS, "To": "18005550123", "Text": words, "MessageUUID": "u"}
    joined = "".join(name + value for name, value in sorted(fields.items()))
    signed = f"{PUBLIC_URL}{_path('plivo')}?{joined}.nonce".encode()
    headers = {
        "Content-Type": FORM,
        "X-Plivo-Signature-V3": _mac(SECRETS["plivo"]["AUTH_TOKEN"], signed),
        "X-Plivo-Signature-V3-Nonce": "nonce",
    }
    return Signed(_path("plivo"), urlencode(fields), headers)


def messagebird(words: str) -> Signed:
    body = urlencode({"id": "1", "originator": DIGITS, "recipient": "1", "body": words})
    claims = {
        "iss": "MessageBird",
        "nbf": int((NOW - timedelta(seconds=1)).timestamp()),
        "exp": int((NOW + timedelta(minutes=1)).timestamp()),
        "url_hash": hashlib.sha256((PUBLIC_URL + _path("messagebird")).encode()).hexdigest(),
        "payload_hash": hashlib.sha256(body.encode()).hexdigest(),
    }
    token = jwt.encode(claims, SECRETS["messagebird"]["SIGNING_KEY"], algorithm="HS256")
    headers = {"Content-Type": FORM, "MessageBird-Signature-JWT": token}
    return Signed(_path("messagebird"), body, headers)


def aws(words: str) -> Signed:
    text = {
        "originationNumber": PHONE,
        "destinationNumber": "+12065550152",
        "messageBody": words,
        "inboundMessageId": "cae173d2",
    }
    message = SIGNER.sign(enveloped(Message=_as_json(text)))
    return Signed(_path("aws"), _as_json(message), {"Content-Type": "text/plain; charset=UTF-8"})


EVERY: dict[str, Callable[[str], Signed]] = {
    made.__name__: made
    for made in (twilio, africastalking, infobip, vonage, sinch, plivo, messagebird, aws)
}
