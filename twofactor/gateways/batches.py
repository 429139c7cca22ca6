"""Which texts of a batch may share one call, where the gateway's call knows less than a text does.

Two texts to one phone never share a call: the receipts of a call differ by phone alone.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from urllib.parse import urlsplit, urlunsplit

from twofactor.gateways.base import OutgoingSms, SendResult


def anything(sms: OutgoingSms) -> Hashable:
    """For gateways whose call holds a body and a sender for each phone."""
    return ()


def one_body(sms: OutgoingSms) -> Hashable:
    """For gateways whose call holds one body, sender and validity for all its phones."""
    return (sms.body, sms.sender, sms.validity_seconds)


def in_shared_calls(
    texts: Sequence[OutgoingSms],
    size: int,
    shared: Callable[[OutgoingSms], Hashable],
    send: Callable[[Sequence[OutgoingSms]], Sequence[SendResult]],
) -> list[SendResult]:
    """One result each, in the order of `texts`. `send` gets texts that agree in what `shared`
    tells, to different phones, at most `size`; it returns one result each, in order."""
    results: dict[int, SendResult] = {}
    for positions in _groups(texts, size, shared):
        answers = send([texts[position] for position in positions])
        results.update(zip(positions, answers, strict=True))
    return [results[position] for position in range(len(texts))]


def without_query(url: str) -> str:
    """The address alone; for many texts, say, whose callbacks can't name one attempt."""
    return urlunsplit(urlsplit(url)._replace(query="", fragment=""))


def _groups(
    texts: Sequence[OutgoingSms], size: int, shared: Callable[[OutgoingSms], Hashable]
) -> list[list[int]]:
    seen: Counter[Hashable] = Counter()
    groups: dict[Hashable, list[int]] = {}
    for position, sms in enumerate(texts):
        same_text = (shared(sms), sms.to)
        groups.setdefault((shared(sms), seen[same_text]), []).append(position)
        seen[same_text] += 1
    return [
        positions[start : start + size]
        for positions in groups.values()
        for start in range(0, len(positions), size)
    ]
