"""Attempts and their summary, from real texts."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.api.program import OTHER_PHONE, PHONE, Cast, Program, error
from tests.conftest import close
from tests.settings import settings_for
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Attempt
from twofactor.models.database import transaction
from wsgi import create_app


@pytest.fixture
def sent(shop: Program, cast: Cast, clock: FixedClock) -> Program:
    """Two texts: Alice's code came back, the other one's did not."""
    shop.start(PHONE)
    shop.check(cast.code(PHONE))
    clock.advance(60)
    shop.start(OTHER_PHONE)
    cast.deliver()
    return shop


def sids(program: Program, query: str) -> list[str]:
    answer = program.get(f"/v2/Attempts{query}")
    assert answer.status_code == 200, answer.text
    return [row["channel_data"]["to"] for row in answer.json["attempts"]]  # type: ignore[index]


def test_they_tell_what_became_of_each_text(sent: Program) -> None:
    newest, oldest = sent.get("/v2/Attempts").json["attempts"]  # type: ignore[index]
    assert (oldest["conversion_status"], newest["conversion_status"]) == (
        "converted",
        "unconverted",
    )
    assert oldest["channel_data"]["to"] == PHONE.e164
    assert oldest["channel_data"]["country"] == "US"
    assert oldest["channel_data"]["message_status"] == "sent"
    assert oldest["service_sid"] == sent.service_sid
    assert sent.get(f"/v2/Attempts/{oldest['sid']}").json == oldest


def test_the_attempt_is_named_by_its_verification(sent: Program) -> None:
    (row,) = sent.get("/v2/Attempts?Status=unconverted").json["attempts"]  # type: ignore[index]
    path = f"{sent.base}/Verifications/{row['verification_sid']}"
    told = sent.get(path).json
    assert told is not None
    assert told["send_code_attempts"][0]["attempt_sid"] == row["sid"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?Status=converted", [PHONE.e164]),
        ("?Status=unconverted", [OTHER_PHONE.e164]),
        ("?ChannelData.To=%2B12025550171", [PHONE.e164]),
        ("?Country=us", [OTHER_PHONE.e164, PHONE.e164]),
        ("?Country=UG", []),
        ("?Channel=sms", [OTHER_PHONE.e164, PHONE.e164]),
        ("?Channel=call", []),
        ("?DateCreatedAfter=2026-11-02T12:00:30Z", [OTHER_PHONE.e164]),
        ("?DateCreatedBefore=2026-11-02T12:00:30Z", [PHONE.e164]),
        ("?VerifyServiceSid=VA" + "0" * 32, []),
        ("?VerificationSid=VE" + "0" * 32, []),
    ],
)
def test_filters(sent: Program, query: str, found: list[str]) -> None:
    assert sids(sent, query) == found


def test_paging_keeps_the_filters(sent: Program) -> None:
    first = sent.get("/v2/Attempts?PageSize=1&Country=US").json
    assert first is not None
    assert "Country=US" in first["meta"]["next_page_url"]
    second = sent.get(first["meta"]["next_page_url"]).json
    assert second is not None
    assert second["attempts"][0]["channel_data"]["to"] == PHONE.e164
    assert second["meta"]["next_page_url"] is None


def test_the_summary_counts_real_conversions(sent: Program) -> None:
    told = sent.get("/v2/Attempts/Summary").json
    assert told is not None
    assert (told["total_attempts"], told["total_converted"], told["total_unconverted"]) == (2, 1, 1)
    assert told["conversion_rate_percentage"] == "50"
    none = sent.get("/v2/Attempts/Summary?DestinationPrefix=%2B256").json
    assert none is not None
    assert (none["total_attempts"], none["conversion_rate_percentage"]) == (0, "0")
    assert error(sent.get("/v2/Attempts/Summary?DestinationPrefix=12025")) == (400, 60200)


def test_s60_nobody_sees_the_texts_of_others(sent: Program, trusted: Program) -> None:
    (row, _) = sent.get("/v2/Attempts").json["attempts"]  # type: ignore[index]
    assert sids(trusted, "") == []
    assert error(trusted.get(f"/v2/Attempts/{row['sid']}")) == (404, 20404)
    assert trusted.get("/v2/Attempts/Summary").json["total_attempts"] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    ("prices", "told"),
    [
        ([("0.02", "USD"), ("0.03", "USD")], {"value": "0.05", "currency": "usd"}),
        ([("30", "UGX"), ("12", "UGX")], {"value": "42", "currency": "ugx"}),
        ([("100", "UGX"), ("0.02", "USD")], {"value": "0.047", "currency": "usd"}),
    ],
)
def test_what_two_gateways_took_is_one_price(
    tmp_path: Path, clock: FixedClock, prices: list[tuple[str, str]], told: dict[str, str]
) -> None:
    app = create_app(settings_for(tmp_path, EXCHANGE_RATES="UGX=0.00027"), clock)
    with app.app_context():
        db.create_all()
        program = Program(app)
        program.start()
        jobs.deliver_next(house().kit)
        with transaction():
            first = db.session.scalars(select(Attempt)).one()
            row = {c.key: getattr(first, c.key) for c in Attempt.__table__.columns}
            for number, (price, currency) in enumerate(prices):
                row |= {"id": 100 + number, "sid": f"VL{number:032x}"}
                row |= {"price": Decimal(price), "currency": currency}
                db.session.add(Attempt(**row))
    (attempt,) = program.get("/v2/Attempts").json["attempts"]  # type: ignore[index]
    assert attempt["price"] == told
    close(app)
