"""Our check of Twilio's signature against the SDK's own, verdict for verdict."""

from dataclasses import replace
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import (
    RequestValidator,
    get_signature_algorithm,
)
from werkzeug.datastructures import MultiDict

from tests.gateways.contract import NOW
from tests.gateways.corpus import SECRETS, Row, rows
from twofactor.gateways import twilio
from twofactor.gateways.base import BadCredential, Callback

TOKEN = SECRETS["twilio"]["AUTH_TOKEN"]
KEY_ID, _, KEY_SECRET = SECRETS["twilio"]["SHARED_KEYS"].partition("=")
FORM = "application/x-www-form-urlencoded"

names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)
values = st.text(st.characters(codec="utf-8"), max_size=8)
forms = st.lists(st.tuples(names, values), max_size=6)
hosts = st.sampled_from(
    ["2fa.example.com", "2fa.example.com:443", "2fa.example.com:8443", "[::1]:5000", "h.example:80"]
)
queries = st.sampled_from(["", "?", "?attempt=VL1", "?a=%2Fb&a=%C3%9C", "?x=1#rc=2"])
urls = st.builds(
    lambda scheme, host, path, query: f"{scheme}://{host}{path}{query}",
    st.sampled_from(["https", "http"]),
    hosts,
    st.sampled_from(["/webhooks/twilio/status", "/", "", "/a;b", "/a;"]),
    queries,
)


def ours(callback: Callback, tokens: list[str]) -> bool:
    try:
        twilio.check_signature(tokens, callback, {KEY_ID: KEY_SECRET})
    except BadCredential:
        return False
    return True


def theirs(callback: Callback, token: str) -> bool:
    params: Any = callback.body.decode()
    if callback.content_type == FORM or not callback.body:
        params = MultiDict(callback.form)
    signature = callback.headers.get("x-twilio-signature", "")
    named = callback.headers.get("x-twilio-webhooks-signature-settings", "")
    validator = RequestValidator(KEY_SECRET if named else token)
    algorithm = get_signature_algorithm(named)
    return bool(validator.validate(callback.url, params, signature, algorithm))


def callback_of(url: str, form: list[tuple[str, str]], signature: str) -> Callback:
    headers = {"content-type": FORM, "x-twilio-signature": signature}
    return Callback("POST", url, headers, urlencode(form).encode(), NOW)


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row.id) for row in rows() if row.gateway == "twilio"]
)
def test_the_verdicts_are_equal_on_the_corpus(row: Row) -> None:
    assert ours(row.callback, [TOKEN]) == theirs(row.callback, TOKEN) == (row.auth == "valid")


@given(url=urls, form=forms)
def test_it_takes_what_the_sdk_signs(url: str, form: list[tuple[str, str]]) -> None:
    signature = RequestValidator(TOKEN).compute_signature(url, MultiDict(form))
    assert twilio.sign(TOKEN, url, form) == signature
    callback = callback_of(url, form, signature)
    assert ours(callback, [TOKEN]) == theirs(callback, TOKEN)


@given(url=urls, called=urls, form=forms, sent=forms)
def test_the_verdicts_are_equal_after_any_change(
    url: str, called: str, form: list[tuple[str, str]], sent: list[tuple[str, str]]
) -> None:
    callback = callback_of(called, sent, twilio.sign(TOKEN, url, form))
    assert ours(callback, [TOKEN]) == theirs(callback, TOKEN)


@given(form=forms, text=values)
def test_the_verdicts_are_equal_on_any_signature(form: list[tuple[str, str]], text: str) -> None:
    callback = callback_of("https://2fa.example.com/", form, text)
    assert ours(callback, [TOKEN]) == theirs(callback, TOKEN)


@given(body=st.text(st.characters(codec="utf-8"), min_size=1), digest=st.sampled_from("abx"))
def test_the_verdicts_are_equal_on_signed_bodies(body: str, digest: str) -> None:
    hashes = {"a": sha256(body.encode()).hexdigest(), "b": "0" * 64, "x": ""}
    url = f"https://2fa.example.com/status?bodySHA256={hashes[digest]}"
    headers = {
        "content-type": "application/json",
        "x-twilio-signature": twilio.sign(TOKEN, url, []),
    }
    callback = Callback("POST", url, headers, body.encode(), NOW)
    expected = digest == "a"
    assert ours(callback, [TOKEN]) == expected
    if digest != "x":  # without a hash the SDK raises
        assert theirs(callback, TOKEN) == expected


def test_json_without_its_hash_is_refused() -> None:
    url = "https://2fa.example.com/status"
    headers = {
        "content-type": "application/json",
        "x-twilio-signature": twilio.sign(TOKEN, url, []),
    }
    assert not ours(Callback("POST", url, headers, b"{}", NOW), [TOKEN])


@pytest.mark.parametrize(
    ("settings", "secret", "hash_name", "verdict"),
    [
        (f"key={KEY_ID},algorithm=HMAC_SHA256", KEY_SECRET, "sha256", True),
        (f"algorithm=hmac_sha256, key={KEY_ID}", KEY_SECRET, "sha256", True),
        (f"key={KEY_ID},algorithm=HMAC_SHA256", TOKEN, "sha1", False),
        (f"key={KEY_ID},algorithm=HMAC_SHA1", TOKEN, "sha1", False),
        (f"key={KEY_ID},algorithm=HMAC_SHA512", KEY_SECRET, "sha512", False),
        ("key=unheard,algorithm=HMAC_SHA256", TOKEN, "sha256", False),
        ("key=unheard,algorithm=HMAC_SHA256", TOKEN, "sha1", False),
        ("nonsense", TOKEN, "sha1", False),
    ],
)
def test_a_named_key_is_never_replaced(
    settings: str, secret: str, hash_name: str, verdict: bool
) -> None:
    url, form = "https://2fa.example.com/status", [("MessageSid", "SM1")]
    plain = callback_of(url, form, twilio.sign(secret, url, form, hash_name))
    headers = {**plain.headers, "x-twilio-webhooks-signature-settings": settings}
    assert ours(replace(plain, headers=headers), [TOKEN]) is verdict


@pytest.mark.parametrize("tokens", [[], [""]])
def test_no_token_lets_nothing_in(tokens: list[str]) -> None:
    url = "https://2fa.example.com/status"
    assert not ours(callback_of(url, [], twilio.sign("", url, [])), tokens)


def test_any_of_several_tokens_will_do() -> None:
    url = "https://2fa.example.com/status"
    for token in ("new", "old"):
        assert ours(callback_of(url, [], twilio.sign(token, url, [])), ["new", "old"])
    assert not ours(callback_of(url, [], twilio.sign("other", url, [])), ["new", "old"])
