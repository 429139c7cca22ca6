"""The file of the simulated phones: what lies in it, for how long, and who may report what."""

import multiprocessing
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.gateways.simulated import BODY, NOW, PHONE, open_phones
from twofactor.gateways.simulator.phones import LEASE_SECONDS, Phones
from twofactor.gateways.simulator.text import Fact, Outcome, Text
from twofactor.words import Status

URL = "http://127.0.0.1:1/webhooks/simulator/status?attempt=VL0123456789abcdef0123456789abcdef"
TEXT = Text(
    sid="SM" + "0" * 32,
    to=PHONE,
    sender="+15005550006",
    body=BODY,
    at=NOW,
    url=URL,
    arrives_at=NOW,
    carrier="Nile Mobile",
)


def another(number: int, **changes: object) -> Text:
    at = NOW + timedelta(seconds=number)
    return replace(TEXT, sid=f"SM{number:032x}", at=at, **changes)  # type: ignore[arg-type]


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "phones.sqlite"


@pytest.fixture
def phones(path: Path) -> Iterator[Phones]:
    phones = open_phones(path)
    yield phones
    phones.close()


def test_a_phone_shows_its_own_texts_newest_first(phones: Phones) -> None:
    for number in range(3):
        phones.put(another(number))
    phones.put(another(9, to="+256700111223"))
    assert phones.texts(PHONE) == [another(2), another(1), another(0)]
    assert phones.texts(PHONE, limit=1) == [another(2)]
    assert [text.to for text in phones.latest()] == ["+256700111223", PHONE, PHONE, PHONE]


def test_a_reply_is_not_among_the_texts(phones: Phones) -> None:
    reply = replace(TEXT, to=TEXT.sender, sender=PHONE, body="STOP", is_reply=True)
    phones.put(reply)
    assert phones.texts(PHONE) == phones.latest() == []
    assert phones.replies(PHONE) == [reply]
    assert phones.text(reply.sid) == reply


def test_texts_and_reports_survive_a_restart(path: Path, phones: Phones) -> None:
    phones.put(TEXT, [Fact(Status.SENT, NOW)])
    phones.close()
    again = open_phones(path)
    assert again.texts(PHONE) == [TEXT]
    assert again.claim(NOW, 1) != []
    again.close()


def test_s11_nothing_lies_in_clear_in_the_file(path: Path, phones: Phones) -> None:
    phones.put(TEXT)
    written = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert TEXT.sid.encode() in written
    for secret in (b"482915", PHONE.encode(), PHONE[1:].encode(), b"security code"):
        assert secret not in written


def test_only_the_owner_reads_the_file(path: Path, phones: Phones) -> None:
    phones.put(TEXT)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {0o600}


def test_texts_of_yesterday_are_dropped_with_their_reports(phones: Phones) -> None:
    phones.put(TEXT, [Fact(Status.SENT, NOW)])
    phones.put(another(24 * 3600))
    assert phones.texts(PHONE) != []
    phones.put(another(24 * 3600 + 60))
    assert TEXT not in phones.texts(PHONE)
    assert phones.next_due() is None


def test_a_text_that_no_key_opens_is_passed_over(path: Path, phones: Phones) -> None:
    phones.put(TEXT, [Fact(Status.SENT, NOW)])
    phones.put(another(1), [Fact(Status.SENT, NOW)])

    def unseal(sealed: bytes) -> str:
        raise ValueError("the key is gone")

    blind = Phones(path, seal=str.encode, unseal=unseal, fingerprint=str)
    assert blind.latest() == []
    assert blind.claim(NOW, 1) == []
    assert blind.claim(NOW, 1) == []
    assert phones.next_due() is None
    blind.close()


def test_a_report_is_claimed_when_due_and_in_order(phones: Phones) -> None:
    phones.put(TEXT, [Fact(Status.DELIVERED, after(2)), Fact(Status.SENT, after(1))])
    assert phones.next_due() == after(1)
    assert phones.claim(after(0.9), 9) == []
    claimed = phones.claim(after(2), 9)
    assert [call.status for call in claimed] == [Status.SENT, Status.DELIVERED]
    assert phones.claim(after(2), 9) == []


def test_a_claim_takes_those_that_were_due_first(phones: Phones) -> None:
    for number in range(5):
        phones.put(another(number), [Fact(Status.SENT, after(5 - number))])
    claimed = [phones.claim(after(9), 2) for _ in range(4)]
    sids = [[call.text.sid for call in calls] for calls in claimed]
    assert sids == [[another(n).sid for n in some] for some in ([4, 3], [2, 1], [0], [])]


def test_what_is_due_of_one_text_is_claimed_together(phones: Phones) -> None:
    phones.put(TEXT, [Fact(Status.SENT, after(1)), Fact(Status.DELIVERED, after(3))])
    phones.put(another(1), [Fact(Status.SENT, after(2))])
    claimed = phones.claim(after(3), 1)
    assert [(call.text.sid, call.status) for call in claimed] == [
        (TEXT.sid, Status.SENT),
        (TEXT.sid, Status.DELIVERED),
    ]
    assert [call.text.sid for call in phones.claim(after(3), 1)] == [another(1).sid]


def test_a_claim_that_is_never_done_comes_back_after_its_lease(phones: Phones) -> None:
    phones.put(TEXT, [Fact(Status.SENT, NOW)])
    (first,) = phones.claim(NOW, 1)
    assert phones.claim(after(LEASE_SECONDS - 1), 1) == []
    (again,) = phones.claim(after(LEASE_SECONDS), 1)
    assert again == replace(first, tries=2)


def test_what_is_given_back_comes_again_at_once_and_in_order(phones: Phones) -> None:
    phones.put(TEXT, [Fact(Status.SENT, NOW), Fact(Status.DELIVERED, NOW)])
    claimed = phones.claim(NOW, 9)
    phones.release(claimed, after(1))
    assert phones.claim(after(1), 9) == claimed


def test_what_another_has_claimed_since_is_not_given_back(phones: Phones) -> None:
    phones.put(TEXT, [Fact(Status.SENT, NOW)])
    late = phones.claim(NOW, 1)
    assert len(phones.claim(after(LEASE_SECONDS), 1)) == 1
    phones.release(late, after(LEASE_SECONDS))
    assert phones.claim(after(LEASE_SECONDS), 1) == []


def test_outcomes_go_on_record_with_the_next_claim(phones: Phones) -> None:
    for number in range(4):
        phones.put(another(number), [Fact(Status.SENT, after(number))])
    taken, later, dropped = phones.claim(after(2), 9)
    outcomes = [Outcome(taken, is_taken=True), Outcome(later, again_at=after(9)), Outcome(dropped)]
    assert [call.text.sid for call in phones.claim(after(3), 9, outcomes)] == [another(3).sid]
    assert [text.status for text in phones.texts(PHONE)] == [Status.QUEUED] * 3 + [Status.SENT]
    assert [call.tries for call in phones.claim(after(9), 9)] == [2]


def test_the_last_final_status_stays(phones: Phones) -> None:
    phones.put(TEXT, [Fact(Status.DELIVERED, after(1)), Fact(Status.SENT, after(2))])
    phones.settle([Outcome(call, is_taken=True) for call in phones.claim(after(2), 9)])
    assert phones.texts(PHONE)[0].status is Status.DELIVERED
    assert phones.next_due() is None


def test_threads_and_processes_never_claim_one_report_twice(path: Path, phones: Phones) -> None:
    for number in range(120):
        phones.put(another(number), [Fact(Status.SENT, NOW)])
    claimed: list[int] = []

    def claim_all(own: Phones) -> None:
        while calls := own.claim(NOW, 7):
            claimed.extend(call.id for call in calls)

    others = [open_phones(path) for _ in range(4)]
    threads = [threading.Thread(target=claim_all, args=(own,)) for own in [*others, phones, phones]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for own in others:
        own.close()
    assert len(claimed) == len(set(claimed)) == 120


def put_some(path: Path, start: int) -> None:
    phones = open_phones(path)
    for number in range(start, start + 25):
        phones.put(another(number), [Fact(Status.SENT, NOW)])
    phones.close()


def test_several_processes_open_and_fill_one_new_file(path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=put_some, args=(path, n * 100)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    phones = open_phones(path)
    assert len(phones.latest(limit=1000)) == 100
    phones.close()


def test_a_text_has_arrived_from_its_moment_on() -> None:
    late = replace(TEXT, arrives_at=after(45))
    assert [late.has_arrived(after(seconds)) for seconds in (0, 44, 45)] == [False, False, True]
    assert not replace(TEXT, arrives_at=None).has_arrived(datetime.max.replace(tzinfo=UTC))
