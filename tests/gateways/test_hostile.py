"""Whatever a callback holds, a gateway answers with facts or with one of its two errors."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gateways.corpus import NOW, PATH_TOKEN, SECRETS, receiver, rows
from twofactor.gateways.base import BadCredential, Callback, Malformed
from twofactor.gateways.callback import form_pairs

SAMPLES = {
    name: [row.callback for row in rows() if row.gateway == name and row.auth == "valid"]
    for name in SECRETS
}

hostile: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(["\ud800", "\0", "9" * 5000, "+", "1e999", "0000-00-00", [], {}, [[]], [None]]),
)


def fields_of(callback: Callback) -> dict[str, Any]:
    if callback.content_type == "application/x-www-form-urlencoded":
        return dict(callback.form)
    if callback.body.startswith(b"{"):
        try:
            return dict(callback.json)
        except Malformed:
            return {}
    return dict(callback.query)


def spoilt(data: st.DataObject, value: Any) -> Any:
    """The value with something in it replaced, dropped or added."""
    if isinstance(value, dict) and value and data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(value)))
        return value | {name: spoilt(data, value[name])}
    if isinstance(value, list) and value and data.draw(st.booleans()):
        return [spoilt(data, value[0]), *value[1:]]
    return data.draw(hostile)


def requests(url: str, fields: Any) -> list[Callback]:
    text = json.dumps(fields)
    pairs = {name: str(value) for name, value in fields.items()} if isinstance(fields, dict) else {}
    form = urlencode(pairs, errors="replace").encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return [
        Callback("POST", url, {"content-type": "application/json"}, text.encode(), NOW, PATH_TOKEN),
        Callback("POST", url, {"content-type": "text/plain"}, text.encode(), NOW, PATH_TOKEN),
        Callback("POST", url, headers, form, NOW, PATH_TOKEN),
        Callback("GET", f"{url}?{form.decode()}", {}, b"", NOW, PATH_TOKEN),
    ]


@pytest.mark.parametrize("name", SECRETS)
@given(data=st.data())
def test_it_reads_anything_or_says_malformed(name: str, data: st.DataObject) -> None:
    gateway = receiver(name)
    sample = data.draw(st.sampled_from(SAMPLES[name]))
    for callback in requests(sample.url.partition("?")[0], spoilt(data, fields_of(sample))):
        for parse in (gateway.parse_receipts, gateway.parse_inbound):
            try:
                assert isinstance(parse(callback), list)
            except Malformed:
                continue


@pytest.mark.parametrize("name", SECRETS)
@given(data=st.data(), body=st.binary(max_size=200), header=st.text(max_size=40))
def test_it_lets_nothing_in_by_accident(
    name: str, data: st.DataObject, body: bytes, header: str
) -> None:
    gateway = receiver(name)
    sample = data.draw(st.sampled_from(SAMPLES[name]))
    headers = {key: header for key in sample.headers if key.startswith(("x-", "messagebird"))}
    kind = data.draw(st.sampled_from(["application/json", "application/x-www-form-urlencoded", ""]))
    callback = Callback("POST", sample.url, headers | {"content-type": kind}, body, NOW, header)
    if name in ("vonage", "messagebird") and not body:
        return  # these sign the address, which is left as it was
    with pytest.raises(BadCredential):
        gateway.authenticate(callback)


@given(st.text(st.sampled_from("ab=&+%2Fé;"), max_size=40))
def test_a_form_is_read_as_the_standard_library_reads_it(text: str) -> None:
    def read(decode: Callable[[str], object]) -> object:
        try:
            return decode(text)
        except UnicodeDecodeError:
            return None

    theirs = partial(parse_qsl, keep_blank_values=True, errors="strict")
    assert read(form_pairs) == read(theirs)


def test_a_form_of_too_many_fields_is_malformed() -> None:
    with pytest.raises(Malformed):
        assert Callback("POST", "https://h/", {}, b"&" * 100, NOW).form
