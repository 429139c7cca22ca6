"""/operator/deliveries: figures of a period, as page, CSV and JSON."""

import csv
import io
from collections import Counter
from decimal import Decimal

import pytest
from sqlalchemy import delete, update

from tests.browser import Browser
from tests.cast import ALICE, OLIVE, Cast
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.house import house
from twofactor.models import Attempt, DeliveryChange, Message, Receipt
from twofactor.models.database import transaction
from twofactor.models.rollups import ERRORS, cost_rollups, delivery_rollups
from twofactor.sms import changes
from twofactor.sms.stats import measures, rollup
from twofactor.words import Status

PAGE = "/operator/deliveries"


@pytest.fixture
def olive(cast: Cast) -> Browser:
    """Olive, after Alice has logged in with a text that cost 5 cents."""
    cast.logged_in(ALICE)
    browser = cast.logged_in(OLIVE)
    with cast.app.app_context(), transaction() as session:
        session.execute(update(Attempt).values(price=Decimal("0.05"), currency="USD"))
        changes.note(1)
        changes.note(2)
    return browser


def test_only_operators_see_it(cast: Cast) -> None:
    assert cast.logged_in(ALICE).get(PAGE).status_code == 403
    assert Browser(cast.app).get(PAGE).status_code == 303


def test_it_shows_the_same_before_and_after_the_job_has_counted(cast: Cast, olive: Browser) -> None:
    before = olive.get(f"{PAGE}?format=json").json
    with cast.app.app_context():
        jobs.count_deliveries(house().kit)
    assert olive.get(f"{PAGE}?format=json").json == before
    assert before is not None
    assert before[0] | {"p50_seconds": None, "p95_seconds": None} == {
        "gateway": "simulator",
        "country": "US",
        "carrier": "unknown",
        "purpose": "login",
        "attempts": 2,
        "accepted": 2,
        "delivered": 0,
        "undelivered": 0,
        "failed": 0,
        "expired": 0,
        "rejected": 0,
        "confirmed": 2,
        "delivery_rate": None,
        "conversion_rate": 1.0,
        "p50_seconds": None,
        "p95_seconds": None,
        "cost": 0.1,
        "currency": "USD",
        "cost_per_verified_login": 0.05,
        **dict.fromkeys(ERRORS, 0),
    }


def test_filters_stand_in_the_address(olive: Browser) -> None:
    page = olive.get(f"{PAGE}?period=7d&country=US").text
    assert 'value="US" selected' in page
    assert "period=30d&amp;country=US" in page
    assert olive.get(f"{PAGE}?country=UG&format=json").json == []
    assert "No attempts fit" in olive.get(f"{PAGE}?country=UG").text


def _count(cast: Cast, carrier: str, country: str = "UG", **counts: int) -> None:
    with cast.app.app_context(), transaction():
        now = house().kit.now()
        key = measures.key(now, "twilio", country, carrier, "login")
        rollup.add({key: Counter(counts)}, now)


def test_carriers_are_told_apart_by_country_and_can_be_chosen(cast: Cast, olive: Browser) -> None:
    _count(cast, "Airtel", attempts=30, accepted=30, delivered=27, undelivered=3, error_retry=3)
    _count(cast, "Airtel", "KE", attempts=10, accepted=10, delivered=10)
    _count(cast, "", attempts=5)
    page = olive.get(f"{PAGE}?period=15m").text
    assert "The last 15 minutes" in page
    assert 'href="/operator/deliveries?period=15m&amp;country=UG&amp;carrier=Airtel"' in page
    assert 'href="/operator/deliveries?period=15m&amp;country=UG&amp;carrier=unknown"' in page
    assert 'href="/operator/messages?error=retry&amp;since=15m"' in page
    chosen = olive.get(f"{PAGE}?carrier=Airtel&by=country,carrier&format=json").json
    assert chosen is not None
    assert [(row["country"], row["attempts"], row["error_retry"]) for row in chosen] == [
        ("KE", 10, 0),
        ("UG", 30, 3),
    ]


def test_the_failed_by_error_class_are_rows_too(cast: Cast, olive: Browser) -> None:
    _count(cast, "Airtel", attempts=40, undelivered=4, error_retry=3, error_blocked=1)
    assert olive.get(f"{PAGE}?by=carrier,error&format=json").json == [
        {"carrier": "Airtel", "error": "retry", "attempts": 3, "share": 0.075},
        {"carrier": "Airtel", "error": "blocked", "attempts": 1, "share": 0.025},
    ]
    assert olive.get(f"{PAGE}?by=moon&format=json").status_code == 400


def test_a_table_shows_the_lines_that_matter_and_leads_to_the_others(
    cast: Cast, olive: Browser
) -> None:
    for number in range(12):
        _count(cast, f"Carrier {number:02}", attempts=100 + number)
    page = olive.get(PAGE).text
    assert "The 10 with most attempts of 13" in page
    assert "Carrier 11" in page
    assert ">Carrier 01</a>" not in page


def test_a_chart_leads_to_the_messages_of_each_slice(olive: Browser, clock: FixedClock) -> None:
    hour = int(clock.now().timestamp()) // 3600 * 3600
    address = f"/operator/messages?from={hour}&amp;minutes=60"
    assert address in olive.get(PAGE).text
    assert olive.get(address.replace("&amp;", "&")).text.count("/operator/messages/SM") == 2
    earlier = olive.get(f"/operator/messages?from={hour - 7200}&minutes=60").text
    assert "No message fits" in earlier
    assert olive.get("/operator/messages?from=soon").status_code == 404


def test_messages_are_found_by_carrier(cast: Cast, olive: Browser) -> None:
    with cast.app.app_context(), transaction() as session:
        session.execute(update(Attempt).where(Attempt.id == 1).values(carrier="Airtel"))
    for name in ("Airtel", "unknown"):
        page = olive.get(f"/operator/messages?carrier={name}").text
        assert page.count("/operator/messages/SM") == 1


def test_charts_have_a_title_a_description_and_a_table(olive: Browser) -> None:
    page = olive.get(PAGE).text
    assert page.count('<svg class="chart"') == page.count("<desc") == page.count("as a table") == 4
    assert "style=" not in page


def test_s49_csv_runs_nothing(cast: Cast, olive: Browser) -> None:
    with cast.app.app_context(), transaction() as session:
        session.execute(delete(delivery_rollups))
        session.execute(delete(cost_rollups))
        session.execute(update(Attempt).values(gateway="=cmd()", counted=""))
    answer = olive.get(f"{PAGE}?format=csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert next(csv.DictReader(io.StringIO(answer.text)))["gateway"] == "'=cmd()"


def test_a_period_that_nobody_understands_is_refused_with_the_way_to_write_it(
    olive: Browser,
) -> None:
    answer = olive.get(f"{PAGE}?period=yesterday")
    assert answer.status_code == 400
    assert "24h" in answer.text
    assert olive.get(f"{PAGE}?format=xml").status_code == 400


def test_an_empty_house_teaches(cast: Cast, olive: Browser) -> None:
    with cast.app.app_context(), transaction() as session:
        for table in (Receipt, Attempt, Message, DeliveryChange):
            session.execute(delete(table))
    page = olive.get(PAGE).text
    assert "No attempts in the last 24 hours" in page
    assert "flask demo" in page


def test_silence_of_a_gateway_is_no_failure(cast: Cast, olive: Browser, clock: FixedClock) -> None:
    with cast.app.app_context(), transaction() as session:
        for number in range(5):
            attempt = Attempt(sid=f"VL{number:032x}", message_id=1, phone_fingerprint="")
            attempt.gateway, attempt.country, attempt.segments = "vonage", "UG", 1
            attempt.status, attempt.outcome = Status.SENT.value, "accepted"
            attempt.created_at = attempt.sent_at = clock.now()
            session.add(attempt)
    assert "No receipts from" not in olive.get(PAGE).text
    clock.advance(360)
    page = olive.get(PAGE).text
    assert "No receipts from vonage for 6 minutes" in page
    assert "no failure yet" in page
    assert 'class="alarm"' not in page


def test_a_tile_is_red_past_a_named_threshold(cast: Cast, olive: Browser) -> None:
    with cast.app.app_context(), transaction():
        now = house().kit.now()
        figures = {"attempts": 100, "accepted": 100, "delivered": 90, "undelivered": 10}
        rollup.add({measures.key(now, "x", "UG", "Airtel", "login"): Counter(figures)}, now)
    page = olive.get(PAGE).text
    assert 'class="alarm"' in page
    assert "More than 3 % fail" in page


def test_the_list_filters_and_finds_a_whole_phone(cast: Cast, olive: Browser) -> None:
    found = olive.post("/operator/messages", phone="+1 202 555 0123")
    assert found.status_code == 303
    assert "0123" not in found.location
    page = olive.get(found.location).text
    assert page.count("/operator/messages/SM") == 1
    assert "No message fits" in olive.get("/operator/messages?status=failed").text
    assert olive.get("/operator/messages?status=nonsense").status_code == 404
    wrong = olive.post("/operator/messages", phone="12")
    assert "Start with +" in olive.get(wrong.location).text


def test_the_timeline_says_what_an_error_means_and_what_helps(cast: Cast, olive: Browser) -> None:
    with cast.app.app_context(), transaction() as session:
        message = session.query(Message).first()
        assert message is not None
        sid = message.sid
        failed = {"status": Status.REJECTED.value, "error_code": "30007", "error_class": "blocked"}
        session.execute(update(Attempt).values(gateway="twilio", outcome="refused", **failed))
        session.execute(update(Message).values(**failed))
    page = olive.get(f"/operator/messages/{sid}").text
    assert "The carrier filtered the text" in page
    assert "What usually helps" in page
