"""Where the simulated phones keep their texts, and what the network still has to report of them.

All of it survives restarts. Whoever opens it brings the seal; texts are dropped after a day.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from twofactor.gateways.simulator.file import File
from twofactor.gateways.simulator.text import Call, Fact, Text
from twofactor.words import Status

KEPT_SECONDS = 24 * 3600
LEASE_SECONDS = 60.0  # longer than a call may take
LIMIT = 50


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

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def put(self, text: Text, facts: Iterable[Fact] = ()) -> None:
        """Keep a text and what is to be reported of it; drop those of yesterday."""
        row = (
            text.sid,
            self._fingerprint(text.phone),
            self._seal(_content(text)),
            *(text.url, text.carrier, text.status, text.error_code, text.is_reply),
            text.at.timestamp(),
            text.arrives_at and text.arrives_at.timestamp(),
        )
        with self._file.writing() as db:
            db.execute("DELETE FROM texts WHERE at < ?", (text.at.timestamp() - KEPT_SECONDS,))
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

    def claim(self, now: datetime) -> Call | None:
        """The report that has been due for longest, for the caller alone until the lease ends."""
        while row := self._lease(now):
            text = self.text(row["sid"])
            if text is not None:
                status = Status(row["status"])
                return Call(row["id"], text, status, row["error_code"], row["tries"])
            self.give_up(row["id"])
        return None

    def done(self, call: Call) -> None:
        """The report was taken. A final status stays when an earlier one is reported late."""
        with self._file.writing() as db:
            db.execute("DELETE FROM calls WHERE id = ?", (call.id,))
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

    def put_back(self, call_id: int, due_at: datetime) -> None:
        """The report was not taken; make it again then."""
        with self._file.writing() as db:
            db.execute("UPDATE calls SET due_at = ? WHERE id = ?", (due_at.timestamp(), call_id))

    def give_up(self, call_id: int) -> None:
        """The report will not be made."""
        with self._file.writing() as db:
            db.execute("DELETE FROM calls WHERE id = ?", (call_id,))

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

    def _lease(self, now: datetime) -> sqlite3.Row | None:
        due_at = self.next_due()
        if due_at is None or due_at > now:
            return None  # so that who only looks need not write
        at = now.timestamp()
        with self._file.writing() as db:
            row: sqlite3.Row | None = db.execute(
                "UPDATE calls SET due_at = ?, tries = tries + 1 WHERE due_at <= ? AND id ="
                " (SELECT id FROM calls WHERE due_at <= ? ORDER BY due_at, id LIMIT 1) RETURNING *",
                (at + LEASE_SECONDS, at, at),
            ).fetchone()
        return row

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


def _plan(db: sqlite3.Connection, sid: str, facts: Iterable[Fact]) -> None:
    db.executemany(
        "INSERT INTO calls (sid, status, error_code, due_at) VALUES (?, ?, ?, ?)",
        [(sid, fact.status, fact.error_code, fact.due_at.timestamp()) for fact in facts],
    )
