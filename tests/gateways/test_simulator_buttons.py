"""What a person can do to a text on the simulator's phone page."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateways.simulated import PHONE, Network, network
from twofactor.words import Status

SLOW, LOST = "+256700559002", "+256700559003"


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Network]:
    with network(tmp_path) as net:
        yield net


def sent(net: Network, to: str = PHONE) -> str:
    """The sid of a text just taken."""
    net.gateway.send(net.sms(to))
    return net.text(to).sid


def test_deliver_brings_a_slow_text_at_once(net: Network) -> None:
    assert net.buttons.deliver(sent(net, SLOW))
    assert net.text(SLOW).has_arrived(net.clock.now())
    assert net.pass_time(60) == ["delivered"]


def test_deliver_finds_a_lost_text_again(net: Network) -> None:
    sid = sent(net, LOST)
    assert net.pass_time(5) == ["sent"]
    net.buttons.deliver(sid)
    assert net.pass_time(1) == ["delivered"]
    assert net.text(LOST).has_arrived(net.clock.now())


def test_delay_puts_every_receipt_off(net: Network) -> None:
    assert net.buttons.delay(sent(net))
    assert net.pass_time(10) == []
    assert net.pass_time(4) == ["sent", "delivered"]


def test_delay_puts_off_a_text_that_is_on_its_way(net: Network) -> None:
    net.buttons.delay(sent(net, SLOW))
    net.pass_time(46)
    assert not net.text(SLOW).has_arrived(net.clock.now())
    net.pass_time(10)
    assert net.text(SLOW).has_arrived(net.clock.now())


def test_undelivered_is_reported_with_a_code(net: Network) -> None:
    assert net.buttons.undelivered(sent(net))
    assert net.pass_time(10) == ["undelivered"]
    assert net.stub.heard[0].form["ErrorCode"] == "30003"
    assert net.text().status is Status.UNDELIVERED


def test_duplicate_repeats_the_last_receipt(net: Network) -> None:
    sid = sent(net)
    net.pass_time(4)
    assert net.buttons.duplicate(sid)
    assert net.pass_time(1) == ["delivered", "delivered"]
    assert net.stub.heard[2].form == net.stub.heard[3].form


def test_duplicate_of_a_failure_keeps_its_code(net: Network) -> None:
    sid = sent(net)
    net.buttons.undelivered(sid)
    net.pass_time(1)
    net.buttons.duplicate(sid)
    net.pass_time(1)
    assert [heard.form["ErrorCode"] for heard in net.stub.heard] == ["30003"] * 3


def test_out_of_order_reports_sent_after_delivered(net: Network) -> None:
    assert net.buttons.out_of_order(sent(net))
    assert net.pass_time(5) == ["delivered", "sent"]


def test_drop_silences_a_text(net: Network) -> None:
    assert net.buttons.drop(sent(net))
    assert net.pass_time(10) == []


def test_drop_stops_a_text_that_has_not_arrived(net: Network) -> None:
    net.buttons.drop(sent(net, SLOW))
    assert net.pass_time(60) == []
    assert net.text(SLOW).arrives_at is None


def test_a_reply_is_posted_signed_in_twilios_inbound_format(net: Network) -> None:
    assert net.buttons.reply(sent(net), "STOP")
    net.radio.post_due()
    (heard,) = net.stub.heard
    assert heard.path == "/webhooks/simulator/inbound"
    assert (heard.form["From"], heard.form["Body"]) == (PHONE, "STOP")
    callback = net.callback(heard)
    net.gateway.authenticate(callback)
    (inbound,) = net.gateway.parse_inbound(callback)
    assert (inbound.sender, inbound.recipient, inbound.body) == (PHONE, "+15005550006", "STOP")
    assert inbound.gateway_ref == net.phones.replies(PHONE)[0].sid


def test_a_press_wakes_the_radio(net: Network) -> None:
    sid = sent(net)
    net.wakes.clear()
    net.buttons.deliver(sid)
    net.buttons.reply(sid, "HELP")
    assert net.wakes == ["woken", "woken"]


def test_a_button_of_a_text_that_is_gone_says_no(net: Network) -> None:
    gone, buttons = "SM" + "0" * 32, net.buttons
    pressed = [
        press(gone)
        for press in (
            buttons.deliver, buttons.delay, buttons.undelivered, buttons.duplicate,
            buttons.out_of_order, buttons.drop,
        )
    ]  # fmt: skip
    assert [*pressed, buttons.reply(gone, "STOP")] == [False] * 7
    assert net.phones.next_due() is None
