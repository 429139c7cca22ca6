"""Hits counted in slices of time: exactly, many keys at once, also with many processes.

A key has a row a slice, and slice 0, its latch, whose hits are the sum of all others. Slices that
have left the window are taken off by whoever counts the key next, so that a count costs the same
however many hits the window holds. The clock that is furthest ahead decides what has left.

Guarantee: `count` counts all of its hits or none; a refused one writes nothing of its own, but for
empty latches on PostgreSQL. Whoever counts or takes back holds the latches until the transaction
ends. Where a group of works shares one, what they count waits for its end, and each of them sees
what the others have counted.
"""

from collections.abc import Iterable, Sequence
from typing import cast

from twofactor.models.database import dialect_name
from twofactor.models.hand import memory, write_late, write_waiting
from twofactor.models.rows import folded, write
from twofactor.verify import slice_rows
from twofactor.verify.windows import LATCH, Hit, Sum, first_full, wait

Change = tuple[str, int, int, int]  # key, slice, hits more, when to forget
Counted = tuple[str, Sum, int, int]  # key, how it stood, hits more, hits that left the latch


def count(hits: Sequence[Hit], second: int) -> tuple[int, int] | None:
    """Count them all, each of a key of its own; or none where one does not fit, and then give the
    place of the first such and the seconds until it would."""
    _hold(hits, second)
    book = _book(second)
    if not _is_alone():
        book.forget(hits)  # what was read before the latches were held
    sums = book.sums(hits)
    if first_full(hits, sums) is not None:
        full = first_unfit(hits, second)
        if full is not None:
            return full
        sums = book.sums(hits)
    gone = [
        (hit.key, hit.gone_until(second))
        for hit, held in zip(hits, sums, strict=True)
        if held.gone is not None
    ]
    if gone:
        slice_rows.DROP.run(**folded(dialect_name(), gone))
    counted: list[Counted] = []
    for hit, held in zip(hits, sums, strict=True):
        left = held.gone or 0
        counted.append((hit.key, held, hit.weight, left))
        held.total, held.gone = held.total + hit.weight - left, None
    write_late(_add, counted)
    return None


def first_unfit(hits: Sequence[Hit], second: int) -> tuple[int, int] | None:
    """The place of the first hit that does not fit, and the seconds until it does."""
    _settle()  # when there will be room the slices alone can tell, not what is remembered
    sums = list(_read(hits, second).values())
    place = first_full(hits, sums)
    if place is None:
        return None
    hit, excess = hits[place], sums[place].live + hits[place].weight - hits[place].most
    until = hit.gone_until(second)
    frees = slice_rows.FREES.scalar(of=hit.key, until=until, excess=excess)
    return place, wait(hit, frees, second)


def refund(hits: Sequence[Hit], second: int) -> None:
    """Take back those that were counted at that time and still are."""
    _hold(hits, second)
    _book().unclear.update(hit.key for hit in hits)
    write_late(_take_back, [(hit.key, hit.slice_of(second), hit.weight) for hit in hits])


def live(hit: Hit, second: int) -> int:
    """How many hits count at the moment."""
    return _book(second).sums([hit])[0].live


def foresee(hits: Iterable[Hit], second: int) -> None:
    """Read for the works of a group, with one statement, what they will ask for."""
    _book(second).sums(list({hit.key: hit for hit in hits}.values()))


def drop(hits: Sequence[Hit], second: int) -> None:
    """Forget all that is counted under their keys."""
    _hold(hits, second)  # else a slice counted meanwhile would be left without its latch
    _settle()
    slice_rows.DROP_KEYS.run(**folded(dialect_name(), [(hit.key,) for hit in hits]))


def forget(second: int) -> None:
    """Forget the keys that no window reaches any more."""
    _settle()
    slice_rows.FORGET.run(second=second)


class _Book:
    """What a transaction knows of the sums of keys at one second: as read, and what was counted
    since, which is written at its end. Many counts of one group read the same keys."""

    def __init__(self, second: int | None) -> None:
        self.second = second
        self.unclear: set[str] = set()  # what was taken back may have left the window already
        self._sums: dict[str, Sum] = {}

    def clear(self) -> None:
        """All is written: read it anew."""
        self.unclear.clear()
        self._sums.clear()

    def forget(self, hits: Iterable[Hit]) -> None:
        """Have them read anew."""
        for hit in hits:
            self._sums.pop(hit.key, None)

    def sums(self, hits: Sequence[Hit]) -> list[Sum]:
        """What is counted under the key of each."""
        if self.unclear and not self.unclear.isdisjoint(hit.key for hit in hits):
            _settle()
        unread = [hit for hit in hits if hit.key not in self._sums]
        if unread:
            self._sums.update(_read(unread, cast(int, self.second)))
        return [self._sums[hit.key] for hit in hits]


def _book(second: int | None = None) -> _Book:
    """The book of the transaction at hand, as of this second; a session has a new one each time."""
    kept = memory()
    book: _Book | None = None if kept is None else kept.get(_Book)
    if book is not None and second is not None:
        book.second = second if book.second is None else book.second
    if book is None or second not in (None, book.second):
        _settle()  # what waits is of another second: it may have left its window by now
        book = _Book(second)
        if kept is not None:
            kept[_Book] = book
    return book


def _settle() -> None:
    """Write what waits, and read everything anew."""
    write_waiting(_add)
    write_waiting(_take_back)
    book: _Book | None = (memory() or {}).get(_Book)
    if book is not None:
        book.clear()


def _add(many: Sequence[Sequence[Counted]]) -> None:
    _change(
        change
        for key, held, more, left in (one for noted in many for one in noted)
        for change in (
            (key, LATCH, more - left, held.until),
            (key, held.slice, more, held.until),
        )
    )


def _change(changes: Iterable[Change]) -> None:
    """Write them, each row once, in one order everywhere."""
    rows: dict[tuple[str, int], list[int]] = {}
    for key, start, hits, until in changes:
        row = rows.get((key, start))
        if row is None:
            rows[key, start] = [hits, until]
        else:
            row[0] += hits
            row[1] = max(row[1], until)
    write(slice_rows.CHANGE, [(*of, *change) for of, change in sorted(rows.items())])


def _take_back(many: Sequence[Sequence[tuple[str, int, int]]]) -> None:
    """Of keys, slices and weights, those that still are counted."""
    write_waiting(_add)  # they may be among these
    asked = [one for noted in many for one in noted]
    slices = folded(dialect_name(), sorted({(key, start) for key, start, _ in asked}))
    counted = {(key, start): hits for key, start, hits in slice_rows.COUNTED.all(**slices)}
    lowered: list[Change] = []
    for key, start, weight in asked:
        if counted.get((key, start), 0) >= weight:
            counted[key, start] -= weight
            lowered += [(key, LATCH, -weight, 0), (key, start, -weight, 0)]
    if lowered:
        _change(lowered)


def _read(hits: Sequence[Hit], second: int) -> dict[str, Sum]:
    asked = [(hit.key, hit.gone_until(second)) for hit in hits]
    rows = slice_rows.SUMS.all(**folded(dialect_name(), asked))
    found = {hit.key: Sum(hit.slice_of(second), hit.forget_after(second)) for hit in hits}
    for key, total, gone in rows:
        held = found[key]
        held.total, held.gone = total, gone
    return found


def _hold(hits: Iterable[Hit], second: int) -> None:
    """Lock the latches, in one order everywhere."""
    if not _is_alone():
        latches = sorted((hit.key, LATCH, 0, hit.forget_after(second)) for hit in hits)
        slice_rows.HOLD.run(**folded(dialect_name(), latches))


def _is_alone() -> bool:
    """True for SQLite's one writer, who holds all there is."""
    return dialect_name() == "sqlite"
