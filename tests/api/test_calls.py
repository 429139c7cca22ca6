"""Channel=call: Twilio Verify's other channel, where a gateway calls."""

import pytest
from werkzeug.test import TestResponse

from tests.api.program import PHONE, Cast, Program, error
from tests.webapp.test_call import DIGITS
from twofactor.gateways.base import KeyPress
from twofactor.gateways.simulator.gateway import Simulator
from twofactor.house import house
from twofactor.verify import calls
from twofactor.words import Channel


def call(shop: Program, **fields: str) -> TestResponse:
    path = f"{shop.base}/Verifications"
    return shop.post(path, To=PHONE.e164, Channel="call", **fields)


def said(cast: Cast) -> list[str]:
    """What the newest call says once a key is pressed."""
    cast.deliver()
    with cast.app.app_context():
        kit = house().kit
        simulator = kit.gateways["simulator"]
        assert isinstance(simulator, Simulator)
        made = simulator.phones.texts(PHONE.e164)[0]
        assert made.is_call
        press = KeyPress(made.sid, made.answer_url.split("attempt=")[1], PHONE.e164)
        found = calls.say(kit, "simulator", press)
        assert found is not None
        return [made.body, *found.sentences]


def test_a_call_reads_the_code_in_the_name_of_the_service(shop: Program, cast: Cast) -> None:
    told = call(shop, Locale="de").json
    assert told is not None
    assert told["channel"] == "call"
    assert told["send_code_attempts"][0]["channel"] == "CALL"
    greeting, code, *_ = said(cast)
    assert greeting.startswith("Hier ist Shop.")
    assert code.startswith("Ihr Code lautet: ")


def test_a_call_brings_the_code_that_a_text_brought(shop: Program, cast: Cast) -> None:
    shop.start()
    code = cast.code(PHONE)
    told = call(shop).json
    assert told is not None
    assert [one["channel"] for one in told["send_code_attempts"]] == ["SMS", "CALL"]
    words = said(cast)[1].removeprefix("Your code is: ").rstrip(".").split(". ")
    assert "".join(DIGITS[word] for word in words) == code
    assert shop.check(code).json["status"] == "approved"  # type: ignore[index]
    listed = shop.get("/v2/Attempts?Channel=call").json
    assert listed is not None
    assert [one["channel"] for one in listed["attempts"]] == ["call"]


def test_it_says_so_where_no_gateway_calls(shop: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Simulator, "channels", frozenset({Channel.SMS}))
    answer = call(shop)
    assert error(answer) == (400, 60204)
    assert "No gateway of this server calls" in answer.text
