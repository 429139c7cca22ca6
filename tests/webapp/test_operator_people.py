"""/operator/people: find somebody, see in a sentence what keeps them out, and help."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.accounts.mailbox import mails
from tests.browser import Browser
from tests.cast import ALICE, ALICE_PHONE, BOB, OLIVE, Cast
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import AuditEntry, User
from twofactor.models.database import transaction
from twofactor.sms import optouts
from twofactor.verify import freezes, limits, users
from twofactor.words import AuditEvent, OptOutSource

PEOPLE = "/operator/people"


def user(email: str = ALICE) -> User:
    found = users.by_email(email)
    assert found is not None
    return found


def place(cast: Cast, email: str = ALICE) -> str:
    with cast.app.app_context():
        return f"{PEOPLE}/{user(email).sid}"


def shown(cast: Cast, olive: Browser, email: str = ALICE) -> str:
    return olive.get(place(cast, email)).text


@pytest.fixture
def olive(cast: Cast) -> Browser:
    return cast.logged_in(OLIVE)


def test_it_is_for_operators_only(cast: Cast) -> None:
    alice = cast.logged_in()
    assert alice.get(PEOPLE).status_code == 403
    assert alice.get(place(cast)).status_code == 403


def test_it_lists_who_came_last(olive: Browser) -> None:
    page = olive.get(PEOPLE).text
    assert ALICE in page
    assert BOB in page


@pytest.mark.parametrize("typed", [ALICE, " Alice@Example.com ", ALICE_PHONE.e164])
def test_it_finds_somebody_by_address_or_whole_phone(
    cast: Cast, olive: Browser, typed: str
) -> None:
    answer = olive.post(PEOPLE, who=typed)
    assert (answer.status_code, answer.location) == (303, place(cast))


@pytest.mark.parametrize("typed", ["nobody@example.com", "+12025550199", "hm", ""])
def test_it_says_when_there_is_nobody(olive: Browser, typed: str) -> None:
    answer = olive.post(PEOPLE, who=typed)
    assert answer.location == PEOPLE
    assert "Nobody" in olive.get(PEOPLE).text


def test_the_page_holds_no_whole_phone_and_no_code(cast: Cast, olive: Browser) -> None:
    cast.at_code_page()
    page = shown(cast, olive)
    assert ALICE_PHONE.e164 not in page
    assert cast.code() not in page
    assert "23" in page


def test_it_tells_of_a_text_that_arrived_and_was_not_used(cast: Cast, olive: Browser) -> None:
    cast.at_code_page()
    cast.deliver()
    assert "Handed over" in shown(cast, olive) or "On its way" in shown(cast, olive)


def test_it_tells_of_a_password_that_was_never_set(cast: Cast, olive: Browser) -> None:
    with cast.app.app_context(), transaction():
        users.create(house().kit, "new@example.com")
    assert "has not set a password yet" in shown(cast, olive, "new@example.com")


def test_it_tells_of_a_missing_second_step(cast: Cast, olive: Browser) -> None:
    assert "no second step yet" in shown(cast, olive, BOB)


def test_it_tells_of_stop(cast: Cast, olive: Browser) -> None:
    with cast.app.app_context(), transaction():
        kit = house().kit
        prints = kit.keyring.fingerprints(ALICE_PHONE.e164)
        optouts.stop(db.session.connection(), prints, OptOutSource.TEXT, kit.now())
    assert "answered STOP" in shown(cast, olive)


def test_it_tells_of_a_pause_after_a_report_and_unlocking_ends_it(
    cast: Cast, olive: Browser
) -> None:
    with cast.app.app_context(), transaction():
        freezes.freeze(house().kit, house().kit.keyring.fingerprint(ALICE_PHONE.e164))
    assert "paused until" in shown(cast, olive)
    olive.post(f"{place(cast)}/unlock", form=place(cast))
    assert "paused until" not in shown(cast, olive)


def test_it_tells_of_too_many_wrong_codes_and_unlocking_forgets_them(
    cast: Cast, olive: Browser
) -> None:
    with cast.app.app_context(), transaction():
        for _ in range(limits.GUESSES_DAY.most):
            limits.count_guess(house().kit, user().sid, house().kit.now())
    assert "too many wrong codes" in shown(cast, olive)
    olive.post(f"{place(cast)}/unlock", form=place(cast))
    assert "too many wrong codes" not in shown(cast, olive)
    with cast.app.app_context():
        entry = select(AuditEntry).where(AuditEntry.event == AuditEvent.USER_UNLOCKED)
        unlocked = db.session.scalars(entry).one()
        assert (unlocked.user_id, unlocked.detail["by"]) == (user().id, user(OLIVE).sid)


def test_helping_needs_a_fresh_second_factor(cast: Cast, olive: Browser) -> None:
    token = olive.token(place(cast))
    cast.clock.advance(timedelta(minutes=6).total_seconds())
    for act in ("unlock", "recover"):
        answer = olive.client.post(
            f"{place(cast)}/{act}",
            data={"csrf_token": token},
            environ_base={"REMOTE_ADDR": olive.address},
        )
        assert (answer.status_code, answer.location) == (303, "/account/confirm")
    assert mails(cast.app, ALICE) == []


def test_a_recovery_link_goes_to_the_proven_address_and_never_to_the_operator(
    cast: Cast, olive: Browser
) -> None:
    with cast.app.app_context(), transaction():
        db.session.execute(update(User).values(email_confirmed_at=house().kit.now()))
    answer = olive.post(f"{place(cast)}/recover", form=place(cast))
    assert answer.status_code == 303
    assert "/login/recover/" not in shown(cast, olive)
    (mail,) = mails(cast.app, ALICE)
    assert "/login/recover/" in mail


def test_no_recovery_link_goes_to_an_address_that_nobody_proved(cast: Cast, olive: Browser) -> None:
    olive.post(f"{place(cast)}/recover", form=place(cast))
    assert "never confirmed" in shown(cast, olive)
    assert mails(cast.app, ALICE) == []


def test_an_unknown_person_is_not_found(olive: Browser) -> None:
    assert olive.get(f"{PEOPLE}/US00000000000000000000000000000000").status_code == 404
    assert olive.post(f"{PEOPLE}/nobody/unlock", form=PEOPLE).status_code == 404
