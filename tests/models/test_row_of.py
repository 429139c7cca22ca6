"""New rows that wait for the end of their group: everybody sees them who could have."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.api.program import OTHER_PHONE, PHONE
from twofactor.extensions import db
from twofactor.house import house
from twofactor.kit import Kit
from twofactor.models import Message, Verification
from twofactor.models.database import at_hand, connection, transaction
from twofactor.models.hand import forget_late, late_count
from twofactor.sms import outbox
from twofactor.sms.outbox import Text
from twofactor.sms.phone import Phone
from twofactor.verify import beginnings, entries
from twofactor.verify.entries import Entry
from twofactor.verify.targets import Target
from twofactor.words import Purpose, VerificationStatus


@pytest.fixture
def kit(app: Flask) -> Iterator[Kit]:
    with app.app_context():
        yield house().kit


@contextmanager
def group() -> Iterator[None]:
    """A transaction of many works."""
    with db.engine.connect().execution_options(writes=True) as here, here.begin(), at_hand(here):
        yield


def added(kit: Kit, phone: Phone = PHONE) -> Entry:
    target = Target(Purpose.API, phone, is_verified=True)
    entry = beginnings.entry(kit, target, "482913", kit.now())
    entries.add(entry)
    return entry


def enqueued(kit: Kit, of: Entry | None = None) -> Text:
    verification_id = None if of is None else of.id
    return outbox.enqueue(kit, Purpose.API, PHONE, "Hello", kit.now(), verification_id)


def test_rows_have_the_ids_that_they_were_told(kit: Kit) -> None:
    with group():
        first = added(kit)
    with group():
        more = [added(kit) for _ in range(3)]
        texts = [enqueued(kit, one) for one in more]
    rows = db.session.execute(select(Verification.id, Verification.sid).order_by(Verification.id))
    assert [tuple(row) for row in rows] == [(one.id, one.sid) for one in [first, *more]]
    found = db.session.execute(select(Message.sid, Message.verification_id).order_by(Message.id))
    assert [tuple(row) for row in found] == [
        (text.sid, one.id) for text, one in zip(texts, more, strict=True)
    ]


def test_a_statement_sees_rows_that_wait(kit: Kit) -> None:
    with group():
        one, other = added(kit), added(kit, OTHER_PHONE)
        text = enqueued(kit, one)
        assert entries.was_approved(1, [other.phone_fingerprint]) is False
        assert late_count() == 0
        assert entries.by_id(other.id).sid == other.sid
        assert outbox.of_verification(one.id) == [text]


def test_so_does_one_that_is_made_on_the_spot(kit: Kit) -> None:
    with group():
        added(kit)
        asked = select(func.count()).select_from(Verification)
        assert connection().execute(asked).scalar() == 1


def test_what_stands_apart_finds_what_it_is_about(kit: Kit) -> None:
    with group():
        old = added(kit)
    with group():
        one = added(kit, OTHER_PHONE)
        entries.flush_of([old.phone_fingerprint])
        assert entries.by_id(old.id).sid == old.sid
        assert entries.by_sid(1, old.sid) is None  # of no service
        assert late_count() == 1
        entries.flush_of([one.phone_fingerprint])
        assert late_count() == 0
        assert entries.count_check(one, kit.now()) is not None
        assert entries.end(one.id, VerificationStatus.CANCELED, kit.now()) is not None


def test_a_row_that_waits_is_found_by_its_sid(kit: Kit) -> None:
    with group():
        one = added(kit)
        entries.by_sid(1, one.sid)
        assert late_count() == 0


def test_verifications_are_there_before_the_texts_that_point_to_them(kit: Kit) -> None:
    with group():
        enqueued(kit)  # of nobody, and the first that waits
        enqueued(kit, added(kit))
    assert db.session.scalar(select(func.count()).select_from(Message)) == 2


def test_a_work_that_failed_leaves_nothing_and_others_keep_their_ids(kit: Kit) -> None:
    with group():
        before = added(kit)
        at = late_count()
        added(kit, OTHER_PHONE)
        forget_late(at)
        entries.flush_of([before.phone_fingerprint])  # what was remembered of it is gone
        assert entries.count_check(before, kit.now()) is not None
        after = added(kit)
    rows = db.session.execute(select(Verification.id, Verification.sid).order_by(Verification.id))
    assert [tuple(row) for row in rows] == [(one.id, one.sid) for one in (before, after)]


def test_a_work_that_failed_leaves_no_text_to_tell_of(kit: Kit) -> None:
    with group():
        at = late_count()
        enqueued(kit)
        forget_late(at)
        text = enqueued(kit)
        assert outbox.fresh_texts() == [text]


def test_without_a_group_a_row_is_there_at_once(kit: Kit) -> None:
    with transaction():
        one = added(kit)
        assert db.session.get(Verification, one.id) is not None
