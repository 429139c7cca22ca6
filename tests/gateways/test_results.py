"""How any gateway's answer becomes a result, where no gateway's own words count."""

from collections.abc import Callable, Sequence

import pytest

from twofactor.gateways.base import Accepted, Malformed, ParsedReceipt, Refused, Unknown, exchange
from twofactor.gateways.results import DETAIL_LENGTH, refused
from twofactor.gateways.wire import Reply, WireError
from twofactor.words import ErrorClass


def answering(status: int, **headers: str) -> Callable[[], Reply]:
    return lambda: Reply(status, {k.replace("_", "-"): v for k, v in headers.items()}, b"")


def failing(sent: bool) -> Callable[[], Reply]:
    def call() -> Reply:
        raise WireError("broken", sent=sent)

    return call


def accepts(_: Reply) -> list[Accepted]:
    return [Accepted("1"), Accepted("2")]


def reads_nothing(_: Reply) -> Sequence[Accepted]:
    raise KeyError("id")


def test_each_text_has_its_result() -> None:
    assert exchange(answering(201), accepts, 2) == [Accepted("1"), Accepted("2")]


def test_what_surely_never_left_may_go_again() -> None:
    (result,) = exchange(failing(sent=False), accepts)
    assert isinstance(result, Refused)
    assert (result.permanent, result.error_class) == (False, ErrorClass.RETRY)


def test_of_what_left_without_answer_nobody_knows() -> None:
    assert exchange(failing(sent=True), accepts, 2) == [Unknown("broken")] * 2


@pytest.mark.parametrize("count", [1, 3])
def test_of_an_answer_about_other_texts_nobody_knows(count: int) -> None:
    results = exchange(answering(200), accepts, count)
    assert [type(result) for result in results] == [Unknown] * count


def test_only_a_success_can_say_that_a_text_was_taken() -> None:
    assert [type(one) for one in exchange(answering(500), accepts, 2)] == [Unknown] * 2
    assert [type(one) for one in exchange(answering(400), accepts, 2)] == [Refused] * 2


@pytest.mark.parametrize(
    ("status", "error_class", "permanent"),
    [
        (400, ErrorClass.UNCLASSIFIED, True),
        (401, ErrorClass.ACCOUNT, True),
        (402, ErrorClass.ACCOUNT, True),
        (403, ErrorClass.ACCOUNT, True),
        (408, ErrorClass.RETRY, False),
        (425, ErrorClass.RETRY, False),
        (429, ErrorClass.RETRY, False),
    ],
)
def test_the_status_speaks_where_the_body_does_not(
    status: int, error_class: ErrorClass, permanent: bool
) -> None:
    (result,) = exchange(answering(status), reads_nothing)
    assert isinstance(result, Refused)
    assert (result.error_class, result.permanent) == (error_class, permanent)


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7.0), (" 7 ", 7.0), ("-1", None), ("²", None), ("soon", None)]
)
def test_a_pause_is_a_number_of_seconds(value: str, seconds: float | None) -> None:
    (result,) = exchange(answering(503, retry_after=value), accepts)
    assert isinstance(result, Refused)
    assert result.retry_after == seconds


def test_a_server_error_without_pause_tells_nothing() -> None:
    assert [type(one) for one in exchange(answering(503), reads_nothing)] == [Unknown]


def test_the_gateways_words_are_cut() -> None:
    assert len(refused("1", ErrorClass.BLOCKED, "x" * 5000).detail) == DETAIL_LENGTH


@pytest.mark.parametrize("ref", ["x" * 256, "a\0b", "\ud800"])
def test_an_id_that_cannot_be_stored_is_malformed(ref: str) -> None:
    with pytest.raises(Malformed):
        Accepted(ref)
    with pytest.raises(Malformed):
        ParsedReceipt(ref, None, "sent")
