"""What one try to hand a text over came to, and how any gateway's HTTP answer becomes that.

SendResult = Accepted | Refused | Unknown
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from twofactor.gateways.callback import Malformed, check_storable
from twofactor.gateways.wire import Reply, WireError
from twofactor.words import ErrorClass


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway took the text. Raises Malformed for an id that can't be stored."""

    gateway_ref: str
    price: Decimal | None = None  # of the whole text, where the answer tells it
    currency: str = ""
    segments: int | None = None

    def __post_init__(self) -> None:
        check_storable(self.gateway_ref, self.currency)


@dataclass(frozen=True, slots=True)
class Refused:
    """The gateway said no, so nothing was sent and nothing is charged."""

    code: str
    error_class: ErrorClass
    permanent: bool  # the same text through the same gateway can't succeed later
    retry_after: float | None = None  # seconds, where the gateway asks for a pause
    detail: str = ""  # the gateway's words, for the operator


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether the text left: a timeout after the request went out, an unreadable
    answer. It counts as sent for every limit and budget."""

    reason: str


SendResult = Accepted | Refused | Unknown

# What reading a foreign answer may raise when it is not of the expected shape.
UNREADABLE = (
    Malformed,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
DETAIL_LENGTH = 200
ACCOUNT_ANSWERS = (401, 402, 403)
PASSING_ANSWERS = (408, 425, 429)


def refused(
    code: object, error_class: ErrorClass, detail: object = "", retry_after: float | None = None
) -> Refused:
    """A refusal in the gateway's words. Only what passes by itself is worth another go there."""
    is_passing = error_class is ErrorClass.RETRY
    words = str(detail or "")[:DETAIL_LENGTH]
    return Refused(str(code), error_class, not is_passing, retry_after, words)


def exchange(
    call: Callable[[], Reply], read: Callable[[Reply], Sequence[SendResult]], count: int = 1
) -> list[SendResult]:
    """One HTTP call that hands over `count` texts, and what it tells of each, in order.

    `read` turns an answer in the gateway's own words into one result a text. It may raise anything
    of UNREADABLE, and is asked at any HTTP status but those that ask for a pause: some gateways
    refuse with 200, some give good reasons with 500. Only a 2xx can say that a text was taken.
    """
    try:
        reply = call()
    except WireError as error:
        return [lost(error)] * count
    if asks_for_pause(reply):
        return [refused(reply.status, ErrorClass.RETRY, "asks for a pause", reply.retry_after)] * (
            count
        )
    try:
        results = list(read(reply))
    except UNREADABLE:
        results = []
    is_credible = reply.is_success or not any(isinstance(one, Accepted) for one in results)
    return results if len(results) == count and is_credible else [wordless(reply)] * count


def lost(error: WireError) -> SendResult:
    """No whole answer came: a refusal when the request surely never left, else nobody knows."""
    if error.sent:
        return Unknown(error.reason)
    return refused("unreachable", ErrorClass.RETRY, error.reason)


def asks_for_pause(reply: Reply) -> bool:
    """Too many requests, or closed for now with a time (RFC 6585 section 4, RFC 9110 15.6.4)."""
    return reply.status == 429 or (reply.status == 503 and "retry-after" in reply.headers)


def wordless(reply: Reply) -> SendResult:
    """What the HTTP status alone tells. 4xx: the request was not carried out (RFC 9110 15.5).
    Of anything else, a page of a proxy or half a document, nobody knows."""
    if not 400 <= reply.status < 500:
        return Unknown(f"unreadable answer, HTTP {reply.status}")
    error_class = ErrorClass.UNCLASSIFIED
    if reply.status in ACCOUNT_ANSWERS:
        error_class = ErrorClass.ACCOUNT
    elif reply.status in PASSING_ANSWERS:
        error_class = ErrorClass.RETRY
    return refused(reply.status, error_class, f"HTTP {reply.status}")
