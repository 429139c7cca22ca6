"""S-23: what a lookup says of a phone before a code is texted to it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.browser import Browser
from tests.cast import ALICE, PASSWORD, Cast
from tests.conftest import NOON
from twofactor.house import NAME, house
from twofactor.risk import Line, Signals, refusal


@pytest.mark.parametrize(("days", "reason"), [(0, "sim swapped"), (6, "sim swapped"), (8, None)])
def test_s23_a_sim_swapped_within_a_week_gets_no_code(days: int, reason: str | None) -> None:
    assert refusal(Signals(swapped_at=NOON - timedelta(days=days)), NOON) == reason


@pytest.mark.parametrize(
    ("signals", "reason"),
    [
        (Signals(), None),
        (Signals(ported_at=NOON - timedelta(days=1)), "number ported"),
        (Signals(ported_at=NOON - timedelta(days=8)), None),
        (Signals(line=Line.VOIP), "voip"),
        (Signals(line=Line.LANDLINE), None),
    ],
)
def test_s23_a_ported_number_and_a_line_without_sim_get_none(
    signals: Signals, reason: str | None
) -> None:
    assert refusal(signals, NOON) == reason


class Swapped:
    """A carrier that has just handed out a new SIM."""

    def look_up(self, phone: str) -> Signals:
        return Signals(swapped_at=NOON)


def test_s23_the_login_offers_another_way_and_sends_nothing(cast: Cast) -> None:
    with cast.app.app_context():
        built = house()
    cast.app.extensions[NAME] = replace(built, kit=replace(built.kit, risk=Swapped()))
    page = Browser(cast.app).post("/login", email=ALICE, password=PASSWORD)
    assert page.status_code == 403
    assert "its SIM is new" in page.text
    assert "/login/other" in page.text
    assert cast.texts() == []
