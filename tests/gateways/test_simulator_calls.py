"""Phone calls on the simulated network: they ring, and say what our webhook answers to a key."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateways.simulated import PHONE, Network, network
from tests.gateways.stub import Answer, Heard
from twofactor.gateways.base import Accepted, Refused, Unknown
from twofactor.gateways.simulator.text import Text
from twofactor.words import Status

SCRIPT = Answer(200, b"<Response><Say language='en-GB'>It is: one &amp; two.</Say></Response>")


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Network]:
    with network(tmp_path) as net:
        yield net


def ringing(net: Network, to: str = PHONE) -> Text:
    """A call that was taken."""
    result = net.gateway.call(net.phone_call(to))
    assert isinstance(result, Accepted)
    assert result.gateway_ref == net.text(to).sid
    return net.text(to)


def pass_time(net: Network, seconds: float) -> list[Heard]:
    """Let time pass; what the webhooks heard meanwhile."""
    before = len(net.stub.heard)
    for _ in range(round(seconds * 10)):
        net.clock.advance(0.1)  # type: ignore[attr-defined]
        net.radio.post_due()
    return net.stub.heard[before:]


def test_a_call_rings_for_half_a_minute_and_then_nobody_answered(net: Network) -> None:
    call = ringing(net)
    assert call.is_call
    heard = pass_time(net, 31)
    assert [one.form["CallStatus"] for one in heard] == ["ringing", "no-answer"]
    receipts = [net.gateway.parse_receipts(net.callback(one)) for one in heard]
    assert [one[0].status for one in receipts] == [Status.SENT, Status.UNDELIVERED]


def test_a_key_is_posted_signed_and_the_answer_is_said(net: Network) -> None:
    call = ringing(net)
    pass_time(net, 1)
    net.stub.behave(SCRIPT)
    assert net.buttons.answer(call.sid)
    (key,) = pass_time(net, 1)
    assert key.path == "/webhooks/simulator/voice"
    callback = net.callback(key)
    net.gateway.authenticate(callback)
    press = net.gateway.parse_key(callback)
    assert (press.gateway_ref, press.recipient) == (call.sid, PHONE)
    assert net.text().body.splitlines() == ["This is Acme. Press any key.", "It is: one & two."]
    (end,) = pass_time(net, 15)
    assert end.form["CallStatus"] == "completed"


def test_a_voicemail_hears_the_greeting_alone(net: Network) -> None:
    call = ringing(net)
    net.buttons.voicemail(call.sid)
    assert [one.form["CallStatus"] for one in pass_time(net, 40)] == ["completed"]
    assert net.text().body == "This is Acme. Press any key."


def test_a_busy_line_is_reported_at_once(net: Network) -> None:
    call = ringing(net)
    net.buttons.busy(call.sid)
    assert [one.form["CallStatus"] for one in pass_time(net, 40)] == ["busy"]


def test_numbers_that_refuse_texts_refuse_calls(net: Network) -> None:
    assert isinstance(net.gateway.call(net.phone_call("+256700559004")), Refused)
    assert isinstance(net.gateway.call(net.phone_call("+256700559007")), Unknown)
