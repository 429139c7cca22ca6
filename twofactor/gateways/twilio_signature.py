"""Twilio's signature of callbacks: HMAC-SHA-1 with the auth token, HMAC-SHA-256 with a shared key.

(twilio.com/docs/usage/webhooks/webhooks-security; verdicts equal those of the SDK's
`RequestValidator`, except that nothing passes without a secret)
"""

import base64
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from urllib.parse import urlparse

from twofactor.gateways.base import BadCredential, Callback, Malformed

# An address that `urlparse` would give back as it is; taking it apart costs as much as the HMAC.
_PLAIN_URL = re.compile(r"https?://[a-z0-9.:-]+/[\w/-]+(?:\?[\w=&-]+)?", re.ASCII)
FORM = "application/x-www-form-urlencoded"


def sign(token: str, url: str, form: Sequence[tuple[str, str]], hash_name: str = "sha1") -> str:
    """The signature of a callback: HMAC over the address and each distinct pair, sorted."""
    text = url + "".join([name + value for name, value in sorted(set(form))])
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hash_name).digest()).decode()


def check_signature(
    tokens: Sequence[str], callback: Callback, shared_keys: Mapping[str, str] | None = None
) -> None:
    """Raise BadCredential unless one of the tokens, or the shared key that the callback names,
    signed it. A named shared key is never replaced by a token."""
    presented = callback.headers.get("x-twilio-signature", "").encode()
    named = callback.headers.get("x-twilio-webhooks-signature-settings", "").strip()
    secrets, hash_name = list(tokens), "sha1"
    if named:
        secrets, hash_name = [_shared_secret(named, shared_keys or {})], "sha256"
    form = _signed_form(callback)
    for url in _spellings(callback.url):
        for secret in secrets:
            expected = sign(secret, url, form, hash_name).encode()
            if secret and hmac.compare_digest(expected, presented):
                return
    raise BadCredential("signature missing or wrong")


def _shared_secret(named: str, shared_keys: Mapping[str, str]) -> str:
    pairs = (part.partition("=") for part in named.split(","))
    settings = {name.strip(): value.strip() for name, _, value in pairs}
    secret = shared_keys.get(settings.get("key", ""), "")
    if not secret or settings.get("algorithm", "").upper() != "HMAC_SHA256":
        raise BadCredential("shared key or algorithm not known")
    return secret


def _signed_form(callback: Callback) -> Sequence[tuple[str, str]]:
    """The pairs that the signature covers. Of any other body the address holds the hash."""
    if callback.content_type == FORM or not callback.body:
        try:
            return callback.form
        except Malformed as error:
            raise BadCredential("the signed form can't be decoded") from error
    hashes = [value for name, value in callback.query if name == "bodySHA256" and value]
    digest = sha256(callback.body).hexdigest()
    if not hashes or not hmac.compare_digest(digest.encode(), hashes[0].encode()):
        raise BadCredential("bodySHA256 missing or wrong")
    return ()


def _spellings(url: str) -> Iterator[str]:
    """The address with and without port: Twilio signs now one, now the other."""
    if _PLAIN_URL.fullmatch(url):
        yield url
    parts = urlparse(url)
    yield parts.geturl()
    if parts.port:
        other = parts.netloc.partition(":")[0]
    else:
        other = f"{parts.netloc}:{443 if parts.scheme == 'https' else 80}"
    yield parts._replace(netloc=other).geturl()
