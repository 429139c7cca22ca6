"""Where the simulated phones keep their texts, and what the network still has to report of them.

All of it survives restarts. Whoever opens it brings the seal; texts are dropped after a day and at
most a minute, as new ones come.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from twofactor.gateways.simulator.file import File
from twofactor.gateways.simulator.text import Call, Fact, Outcome, Text
from twofactor.words import Status

KEPT_SECONDS = 24 * 3600
SWEEP_SECONDS = 60.0  # between looks for texts of yesterday
LEASE_SECONDS = 60.0  # longer than a call may take
LIMIT = 50
MOMENT = 1e-5  # seconds; between reports that are to stay in order


class Phones:
    """The file. Safe to share between threads; every process opens its own.

    `seal` and `unseal` guard phones and bodies; what `unseal` can't open it answers with a
    ValueError, and the text is passed over. `fingerprint` lets a phone be found unread.
    """

    def __init__(
        self,
        path: Path,
        *,
        seal: Callable[[str], bytes],
        unseal: Callable[[bytes], str],
        fingerprint: Callable[[str], str],
    ) -> None:
        self._file = File(path)
        self._seal, self._unseal, self._fingerprint = seal, unseal, fingerprint
        self._sweep_at = 0.0

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def put(self, text: Text, facts: Iterable[Fact] = ()) -> None:
        """Keep a text and what is to be reported of it; now and then, drop those of yesterday."""
        row = (
            text.sid,
            self._fingerprint(text.phone),
            self._seal(_content(text)),
            *(text.url, text.carrier, text.status, text.error_code, text.is_reply),
            text.at.timestamp(),
            text.arrives_at and text.arrives_at.timestamp(),
        )
        with self._file.writing() as db:
            self._sweep(db, text.at.timestamp())
            db.execute("INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            _plan(db, text.sid, facts)

    def texts(self, to: str, limit: int = LIMIT) -> list[Text]:
        """What was sent to a phone, newest first, whether it has arrived or not."""
        return self._found(
            "SELECT * FROM texts WHERE phone = ? AND is_reply = 0"
            " ORDER BY at DESC, rowid DESC LIMIT ?",
            (self._fingerprint(to), limit),
        )

    def replies(self, sender: str, limit: int = LIMIT) -> list[Text]:
        """What a phone sent back, newest first."""
        return self._found(
            "SELECT * FROM texts WHERE phone = ? AND is_reply = 1"
            " ORDER BY at DESC, rowid DESC LIMIT ?",
            (self._fingerprint(sender), limit),
        )

    def latest(self, limit: int = LIMIT) -> list[Text]:
        """What was sent to any phone, newest first."""
        return self._found(
            "SELECT * FROM texts WHERE is_reply = 0 ORDER BY at DESC, rowid DESC LIMIT ?", (limit,)
        )

    def text(self, sid: str) -> Text | None:
        """One text or reply."""
        return next(iter(self._found("SELECT * FROM texts WHERE sid = ?", (sid,))), None)

    def next_due(self) -> datetime | None:
        """When the next report falls due, or its lease ends."""
        ((due_at,),) = self._file.rows("SELECT min(due_at) FROM calls")
        return None if due_at is None else datetime.fromtimestamp(due_at, UTC)

    def claim(self, now: datetime, limit: int, outcomes: Sequence[Outcome] = ()) -> list[Call]:
        """The `limit` reports that have been due for longest, in that order, for the caller alone
        until the lease ends; with them, whatever else is due of the same texts, so that nobody
        makes a later report of a text while the caller has yet to make an earlier one.

        `outcomes` of earlier claims are put on record in the same transaction.
        """
        due_at = self.next_due()
        if due_at is None or due_at > now:
            self.settle(outcomes)  # who only looks need not write
            return []
        with self._file.writing() as db:
            _record(db, outcomes)
            rows = _lease(db, now.timestamp(), limit)
        calls = [
            Call(row["id"], text, Status(row["reported"]), row["code"], row["tries"] + 1)
            for row in rows
            if (text := self._opened(row)) is not None
        ]
        self._give_up({row["id"] for row in rows} - {call.id for call in calls})
        return calls

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Put on record what came of claimed reports. A final status stays when an earlier one is
        reported late."""
        if outcomes:
            with self._file.writing() as db:
                _record(db, outcomes)

    def release(self, calls: Sequence[Call], now: datetime) -> None:
        """Let others make these, at once and in this order, as if they had not been claimed."""
        if not calls:
            return
        at = now.timestamp()
        with self._file.writing() as db:
            db.executemany(
                "UPDATE calls SET due_at = ?, tries = tries - 1 WHERE id = ? AND tries = ?",
                [
                    (at + n * MOMENT, call.id, call.tries)
                    for n, call in enumerate(calls, -len(calls))
                ],
            )

    def replan(self, sid: str, facts: Iterable[Fact]) -> None:
        """Report these of a text instead of what was to come."""
        with self._file.writing() as db:
            db.execute("DELETE FROM calls WHERE sid = ?", (sid,))
            _plan(db, sid, facts)

    def postpone(self, sid: str, seconds: float) -> None:
        """Report everything of a text that much later."""
        with self._file.writing() as db:
            db.execute("UPDATE calls SET due_at = due_at + ? WHERE sid = ?", (seconds, sid))

    def arrive(self, sid: str, at: datetime | None) -> None:
        """Let a text come to the phone then; None: never."""
        with self._file.writing() as db:
            db.execute(
                "UPDATE texts SET arrives_at = ? WHERE sid = ?", (at and at.timestamp(), sid)
            )

    def say(self, text: Text, words: str) -> None:
        """A phone call goes on with these words."""
        sealed = self._seal(_content(replace(text, body=f"{text.body}\n{words}")))
        with self._file.writing() as db:
            db.execute("UPDATE texts SET sealed = ? WHERE sid = ?", (sealed, text.sid))

    def _sweep(self, db: sqlite3.Connection, now: float) -> None:
        if now >= self._sweep_at:
            db.execute("DELETE FROM texts WHERE at < ?", (now - KEPT_SECONDS,))
            self._sweep_at = now + SWEEP_SECONDS

    def _give_up(self, call_ids: Iterable[int]) -> None:
        """Of texts that nobody can read any more."""
        if gone := [(call_id,) for call_id in call_ids]:
            with self._file.writing() as db:
                db.executemany("DELETE FROM calls WHERE id = ?", gone)

    def _found(self, query: str, values: Sequence[object]) -> list[Text]:
        opened = map(self._opened, self._file.rows(query, values))
        return [text for text in opened if text is not None]

    def _opened(self, row: sqlite3.Row) -> Text | None:
        try:
            to, sender, body, *answer_url = json.loads(self._unseal(row["sealed"]))
        except ValueError:
            return None
        return Text(
            *(row["sid"], to, sender, body),
            at=datetime.fromtimestamp(row["at"], UTC),
            url=row["url"],
            arrives_at=row["arrives_at"] and datetime.fromtimestamp(row["arrives_at"], UTC),
            carrier=row["carrier"],
            status=Status(row["status"]),
            error_code=row["error_code"],
            is_reply=bool(row["is_reply"]),
            answer_url="".join(answer_url),
        )


def _content(text: Text) -> str:
    """What is sealed of a text. Older files hold no address for keys."""
    return json.dumps([text.to, text.sender, text.body, text.answer_url])


def _lease(db: sqlite3.Connection, at: float, limit: int) -> list[sqlite3.Row]:
    rows = db.execute(
        "SELECT calls.id, calls.status AS reported, calls.error_code AS code, calls.tries, texts.*"
        " FROM calls JOIN texts USING (sid) WHERE calls.due_at <= ? AND calls.sid IN"
        " (SELECT sid FROM calls WHERE due_at <= ? ORDER BY due_at, id LIMIT ?)"
        " ORDER BY calls.due_at, calls.id",
        (at, at, limit),
    ).fetchall()
    db.executemany(
        "UPDATE calls SET due_at = ?, tries = tries + 1 WHERE id = ?",
        [(at + LEASE_SECONDS, row["id"]) for row in rows],
    )
    return rows


def _record(db: sqlite3.Connection, outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        call = outcome.call
        if outcome.again_at is not None:
            values = (outcome.again_at.timestamp(), call.id)
            db.execute("UPDATE calls SET due_at = ? WHERE id = ?", values)
            continue
        db.execute("DELETE FROM calls WHERE id = ?", (call.id,))
        if outcome.is_taken:
            _report(db, call)


def _report(db: sqlite3.Connection, call: Call) -> None:
    if call.status.is_final:
        db.execute(
            "UPDATE texts SET status = ?, error_code = ? WHERE sid = ?",
            (call.status, call.error_code, call.text.sid),
        )
    else:
        db.execute(
            "UPDATE texts SET status = ? WHERE sid = ? AND status = ?",
            (call.status, call.text.sid, Status.QUEUED),
        )


def _plan(db: sqlite3.Connection, sid: str, facts: Iterable[Fact]) -> None:
    db.executemany(
        "INSERT INTO calls (sid, status, error_code, due_at) VALUES (?, ?, ?, ?)",
        [(sid, fact.status, fact.error_code, fact.due_at.timestamp()) for fact in facts],
    )
