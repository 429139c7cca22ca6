"""The web process tells the workers which texts wait."""

import pytest

from twofactor.distributed import publisher as module
from twofactor.distributed.publisher import LONGEST_PAUSE_SECONDS, TOGETHER, Publisher, pause_after


class Line:
    """Hears words; slow or dead when told."""

    def __init__(self, *, is_dead: bool = False) -> None:
        self.heard: list[int] = []
        self.is_dead = is_dead

    def send_task(self, _name: str, args: list[int]) -> None:
        if self.is_dead:
            raise ConnectionError
        self.heard += args


def told(monkeypatch: pytest.MonkeyPatch, line: Line, texts: list[int]) -> Publisher:
    """All of these wait before the first word is said; the publisher has stopped."""
    monkeypatch.setattr(module, "connect", lambda _: line)
    publisher = Publisher("redis://", lambda: [], lambda: True)
    publisher.wake(texts)
    publisher.start()
    publisher.stop()
    return publisher


def test_a_text_alone_is_told_by_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    told(monkeypatch, line, [7])
    assert line.heard == [7]


def test_texts_that_wait_together_cost_one_word(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    told(monkeypatch, line, list(range(1, 2 * TOGETHER + 2)))
    assert line.heard == [1, TOGETHER + 1, 2 * TOGETHER + 1]


def test_a_dead_line_is_not_told_of_old_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(is_dead=True)
    publisher = told(monkeypatch, line, list(range(1, 100)))
    assert not publisher._waiting
    assert line.heard == []


def test_after_many_texts_the_next_word_waits_longer_but_not_for_long() -> None:
    assert pause_after(1) < 0.01
    assert pause_after(1) < pause_after(10) < pause_after(30)
    assert pause_after(10_000) == LONGEST_PAUSE_SECONDS <= 0.1
