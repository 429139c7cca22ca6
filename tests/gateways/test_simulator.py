"""The simulator as a gateway: texts go in, signed receipts come out over real sockets."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.gateways.simulated import (
    ATTEMPT,
    BODY,
    NOW,
    PHONE,
    TOKEN,
    Network,
    network,
    until,
)
from tests.gateways.stub import Answer, hang_up
from twofactor import gateways
from twofactor.clock import SystemClock
from twofactor.gateways.base import Accepted, BadCredential, Callback, Malformed, Refused, Unknown
from twofactor.gateways.simulator.gateway import Simulator
from twofactor.gateways.simulator.radio import MAX_TRIES
from twofactor.gateways.twilio import sign
from twofactor.words import ErrorClass, Status


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Network]:
    with network(tmp_path) as net:
        yield net


def test_it_is_registered_under_its_name() -> None:
    assert gateways.load("simulator") is Simulator
    assert all(credential.meaning for credential in Simulator.credentials)


def test_it_takes_a_text_and_puts_it_on_the_phone(net: Network) -> None:
    result = net.gateway.send(net.sms())
    text = net.text()
    assert result == Accepted(text.sid, segments=1)
    assert (text.to, text.body, text.at, text.status) == (PHONE, BODY, NOW, Status.QUEUED)
    assert text.has_arrived(NOW)
    assert text.carrier
    assert net.wakes == ["woken"]


def test_every_text_has_a_sid_of_its_own(net: Network) -> None:
    sids = {result.gateway_ref for result in net.gateway.send_batch([net.sms()] * 3)
            if isinstance(result, Accepted)}  # fmt: skip
    assert len(sids) == 3
    assert all(sid.startswith("SM") and len(sid) == 34 for sid in sids)


def test_it_reports_sent_and_delivered_to_the_callback_url(net: Network) -> None:
    net.gateway.send(net.sms())
    assert net.pass_time(4) == ["sent", "delivered"]
    heard = net.stub.heard[0]
    assert (heard.method, heard.path) == ("POST", "/webhooks/simulator/status")
    assert heard.query == [("attempt", ATTEMPT)]
    assert heard.headers["content-type"] == "application/x-www-form-urlencoded"
    assert net.text().status is Status.DELIVERED


def test_its_receipts_have_twilios_fields(net: Network) -> None:
    net.gateway.send(net.sms())
    net.pass_time(4)
    sent, delivered = (heard.form for heard in net.stub.heard)
    sid = net.text().sid
    assert sent == {
        "MessageSid": sid, "SmsSid": sid, "MessageStatus": "sent", "SmsStatus": "sent",
        "To": PHONE, "From": "+15005550006", "AccountSid": sent["AccountSid"],
        "ApiVersion": "2010-04-01",
    }  # fmt: skip
    assert sent["AccountSid"].startswith("AC")
    assert delivered["RawDlrDoneDate"] == "2611020915"


def test_it_believes_its_own_receipts(net: Network) -> None:
    result = net.gateway.send(net.sms())
    assert isinstance(result, Accepted)
    net.pass_time(4)
    callback = net.callback(net.stub.heard[1])
    net.gateway.authenticate(callback)
    (receipt,) = net.gateway.parse_receipts(callback)
    assert (receipt.gateway_ref, receipt.attempt_sid) == (result.gateway_ref, ATTEMPT)
    assert (receipt.status, receipt.recipient) == (Status.DELIVERED, PHONE)


@pytest.mark.parametrize(
    "change",
    [
        {"headers": {"content-type": "application/x-www-form-urlencoded"}},
        {"body": b"MessageSid=SM00000000000000000000000000000000&MessageStatus=delivered"},
        {"url": "https://elsewhere.example/webhooks/simulator/status"},
    ],
    ids=["unsigned", "another body", "another address"],
)
def test_it_refuses_what_it_did_not_send(net: Network, change: dict[str, object]) -> None:
    net.gateway.send(net.sms())
    net.pass_time(1)
    callback = replace(net.callback(net.stub.heard[0]), **change)  # type: ignore[arg-type]
    with pytest.raises(BadCredential):
        net.gateway.authenticate(callback)


def test_it_refuses_a_rightly_signed_callback_that_is_broken(net: Network) -> None:
    pairs = [("MessageStatus", "delivered")]
    url = f"{net.stub.url}/webhooks/simulator/status"
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": sign(TOKEN, url, pairs),
    }
    callback = Callback("POST", url, headers, urlencode(pairs).encode(), NOW)
    net.gateway.authenticate(callback)
    with pytest.raises(Malformed):
        net.gateway.parse_receipts(callback)


@pytest.mark.parametrize(
    ("ending", "error_class", "permanent"),
    [
        ("559004", ErrorClass.BAD_PHONE, True),
        ("559005", ErrorClass.RETRY, False),
        ("559008", ErrorClass.OPTED_OUT, True),
    ],
)
def test_it_refuses_at_the_send(
    net: Network, ending: str, error_class: ErrorClass, permanent: bool
) -> None:
    result = net.gateway.send(net.sms("+256700" + ending))
    assert isinstance(result, Refused)
    assert (result.error_class, result.permanent) == (error_class, permanent)
    assert net.phones.texts("+256700" + ending) == []


def test_it_refuses_for_now_while_its_file_takes_nothing(net: Network) -> None:
    net.phones.close()
    result = net.gateway.send(net.sms())
    assert isinstance(result, Refused)
    assert (result.error_class, result.permanent) == (ErrorClass.RETRY, False)


def test_it_asks_for_a_pause_when_throttled(net: Network) -> None:
    result = net.gateway.send(net.sms("+256700559005"))
    assert isinstance(result, Refused)
    assert result.retry_after == 5.0


def test_an_answer_can_be_lost_while_the_text_arrives(net: Network) -> None:
    assert isinstance(net.gateway.send(net.sms("+256700559007")), Unknown)
    assert net.text("+256700559007").has_arrived(NOW)
    assert net.pass_time(4) == ["sent", "delivered"]


def test_an_undelivered_text_is_reported_with_its_code(net: Network) -> None:
    net.gateway.send(net.sms("+256700559001"))
    assert net.pass_time(4) == ["sent", "undelivered"]
    assert net.stub.heard[1].form["ErrorCode"] == "30003"
    assert net.text("+256700559001").error_code == "30003"
    assert net.text("+256700559001").arrives_at is None


def test_a_slow_text_comes_after_forty_five_seconds(net: Network) -> None:
    net.gateway.send(net.sms("+256700559002"))
    assert net.pass_time(44) == ["sent"]
    assert not net.text("+256700559002").has_arrived(net.clock.now())
    assert net.pass_time(2) == ["delivered"]
    assert net.text("+256700559002").has_arrived(net.clock.now())


def test_of_a_silently_lost_text_nothing_more_is_heard(net: Network) -> None:
    net.gateway.send(net.sms("+256700559003"))
    assert net.pass_time(20) == ["sent"]


def test_receipts_can_come_twice_and_in_disorder(net: Network) -> None:
    net.gateway.send(net.sms("+256700559006"))
    assert net.pass_time(8) == ["delivered", "sent", "delivered", "sent"]
    assert net.text("+256700559006").status is Status.DELIVERED


def test_a_receipt_that_is_not_taken_is_made_again_later_each_time(net: Network) -> None:
    net.stub.behave(Answer(503), hang_up, Answer(429), Answer(204))
    net.gateway.send(net.sms("+256700559003"))
    assert net.pass_time(0.5) == ["sent"]
    assert net.pass_time(1.1) == ["sent"]
    assert net.pass_time(1.5) == []
    assert net.pass_time(20) == ["sent", "sent"]
    assert net.text("+256700559003").status is Status.SENT
    assert net.phones.next_due() is None


def test_it_gives_up_after_a_few_tries(net: Network) -> None:
    net.stub.behave(Answer(503))
    net.gateway.send(net.sms("+256700559003"))
    assert len(net.pass_time(60)) == MAX_TRIES
    assert net.phones.next_due() is None


def test_it_takes_a_plain_no_for_an_answer(net: Network) -> None:
    net.stub.behave(Answer(403))
    net.gateway.send(net.sms("+256700559003"))
    assert net.pass_time(30) == ["sent"]


def test_s65_a_refused_receipt_leaves_no_phone_and_no_code_in_the_log(
    net: Network, caplog: pytest.LogCaptureFixture
) -> None:
    net.stub.behave(Answer(403))
    net.gateway.send(net.sms())
    net.pass_time(4)
    assert "not taken" in caplog.text
    assert PHONE not in caplog.text
    assert "482915" not in caplog.text


@pytest.mark.parametrize("percent", ["lots", "-1", "101", "nan"])
def test_it_refuses_a_loss_that_is_no_percentage(tmp_path: Path, percent: str) -> None:
    with (
        pytest.raises(ValueError, match="SIXDIGITS_SIMULATOR_LOSS_PERCENT: write a number"),
        network(tmp_path, {"LOSS_PERCENT": percent}),
    ):
        pass


def test_all_is_lost_at_a_hundred_percent(tmp_path: Path) -> None:
    with network(tmp_path, {"LOSS_PERCENT": "100", "SEED": "7"}) as net:
        net.gateway.send(net.sms())
        assert "delivered" not in net.pass_time(10)
        assert net.text().arrives_at is None


def test_the_radio_reports_by_itself_in_real_time(tmp_path: Path) -> None:
    with network(tmp_path, clock=SystemClock()) as net:
        net.radio.start()
        net.gateway.send(net.sms())
        assert until(lambda: net.text().status is Status.DELIVERED)
        assert [heard.form["MessageStatus"] for heard in net.stub.heard] == ["sent", "delivered"]


def test_two_radios_on_one_file_report_each_fact_once(tmp_path: Path) -> None:
    with network(tmp_path, clock=SystemClock()) as first:
        for number in range(20):
            first.gateway.send(first.sms(f"+2567001112{number:02d}"))
            first.buttons.deliver(first.text(f"+2567001112{number:02d}").sid)
        with network(tmp_path, clock=SystemClock()) as second:
            first.radio.start()
            second.radio.start()
            assert until(lambda: first.phones.next_due() is None)
            second.radio.stop()
        first.radio.stop()
        reported = [heard.form["MessageSid"] for heard in first.stub.heard]
    assert len(reported) == len(set(reported)) == 20


def test_a_stopped_radio_leaves_what_is_due_to_the_next(tmp_path: Path) -> None:
    with network(tmp_path, clock=SystemClock()) as net:
        net.radio.start()
        net.radio.stop()
        net.gateway.send(net.sms())
        net.buttons.deliver(net.text().sid)
        assert net.stub.heard == []
        net.radio.start()
        assert until(lambda: net.text().status is Status.DELIVERED)
