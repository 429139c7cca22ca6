"""An operator's words in place of ours: kept, sent, taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from tests.cast import ALICE, OLIVE, Cast
from twofactor import house
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import AuditEntry, TextEdit, User
from twofactor.models.database import transaction
from twofactor.sms import edits
from twofactor.sms.edits import BadText, EditedMeanwhile
from twofactor.words import AuditEvent

OWN = "{code} opens {brand} for {minutes} minutes. Do not share it."


@pytest.fixture
def kit(cast: Cast) -> Kit:
    with cast.app.app_context():
        return house.house().kit


def edit(
    cast: Cast, kit: Kit, sentence: str | None, name: str = "login", version: int | None = None
) -> None:
    """What the page does, as Olive."""
    with cast.app.app_context(), transaction():
        olive = db.session.scalars(select(User.id).where(User.email == OLIVE)).one()
        known = edits.version("en", name) if version is None else version
        wanted = edits.written(kit, "en", name, sentence, 1) if sentence is not None else None
        edits.keep(kit, "en", name, wanted, known, olive)


def test_the_next_text_is_in_the_operators_words(cast: Cast, kit: Kit) -> None:
    edit(cast, kit, OWN)
    cast.at_code_page()
    text = cast.texts()[0]
    assert text.startswith(f"{cast.code()} opens Sixdigits for 5 minutes. Do not share it.\n\n@")


def test_a_built_in_text_comes_back_when_it_is_wanted(cast: Cast, kit: Kit) -> None:
    edit(cast, kit, OWN)
    edit(cast, kit, None)
    cast.at_code_page()
    assert " is your Sixdigits security code to log in." in cast.texts()[0]


def test_every_version_is_kept_with_who_wrote_it(cast: Cast, kit: Kit) -> None:
    edit(cast, kit, OWN)
    edit(cast, kit, OWN.replace("opens", "is for"))
    edit(cast, kit, None)
    with cast.app.app_context():
        found = edits.history("en", "login")
        assert [(row.version, row.sentence, email) for row, email in found] == [
            (3, "", OLIVE),
            (2, OWN.replace("opens", "is for"), OLIVE),
            (1, OWN, OLIVE),
        ]


def test_the_audit_tells_who_changed_what_from_what_to_what(cast: Cast, kit: Kit) -> None:
    edit(cast, kit, OWN)
    with cast.app.app_context():
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.event == AuditEvent.TEXT_EDITED)
        ).one()
        assert entry.user_id is not None
        assert entry.detail == {
            "language": "en",
            "text": "login",
            "before": "built-in",
            "after": OWN,
        }


def test_the_guard_stands_before_the_rows(cast: Cast, kit: Kit) -> None:
    with pytest.raises(BadText, match="must hold {code}"):
        edit(cast, kit, OWN.replace("{code}", "It"))
    with cast.app.app_context():
        assert edits.history() == []


def test_of_two_operators_at_once_one_wins(cast: Cast, kit: Kit) -> None:
    edit(cast, kit, OWN, version=0)
    with pytest.raises(EditedMeanwhile):
        edit(cast, kit, OWN, version=0)


def test_another_process_sees_a_change_within_seconds(cast: Cast, kit: Kit) -> None:
    def in_force() -> bool:
        with cast.app.app_context():
            return edits.of(kit, "en", "login") is not None

    edit(cast, kit, OWN)
    assert in_force()
    remembered = kit.text_edits.value, kit.text_edits.read_at
    edit(cast, kit, None)
    kit.text_edits.value, kit.text_edits.read_at = remembered  # as another process has it
    cast.clock.advance(edits.LIFE.total_seconds() - 1)
    assert in_force()
    cast.clock.advance(1)
    assert not in_force()


def test_a_clock_that_was_set_back_does_not_freeze_what_is_remembered(cast: Cast, kit: Kit) -> None:
    with cast.app.app_context():
        edits.every(kit)
        kit.text_edits.read_at = kit.now() + timedelta(hours=1)
        edits.every(kit)
        assert kit.text_edits.read_at == kit.now()


def test_many_texts_cost_no_query_more(cast: Cast, kit: Kit) -> None:
    with cast.app.app_context():
        edits.every(kit)
        asked: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        for _ in range(100):
            edits.of(kit, "en-GB", "login")
        assert asked == []


def test_a_row_that_this_release_could_not_write_stops_no_text(cast: Cast, kit: Kit) -> None:
    with cast.app.app_context(), transaction() as session:
        for name, sentence in (("login", "{gone} {code}"), ("nothing", "Hello")):
            row = {"language": "en", "name": name, "version": 1, "sentence": sentence}
            session.add(TextEdit(**row, most_parts=1, plural="other", at=kit.now()))
    cast.at_code_page(ALICE)
    assert " is your Sixdigits security code to log in." in cast.texts()[0]
