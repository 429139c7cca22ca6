"""The story of one message in plain words, oldest first."""

from typing import Any

from twofactor.models import Attempt, Receipt
from twofactor.sms.errors import Meaning, explain
from twofactor.sms.stats.messages import Story, latency
from twofactor.words import Channel, Status, VerificationStatus

Step = dict[str, Any]

_OUTCOMES = {
    "accepted": "{gateway} took the {thing}",
    "refused": "{gateway} refused the {thing}",
    "unknown": "No answer from {gateway}: it may or may not have left",
    "": "Handing over to {gateway}",
}
_THINGS = {Channel.SMS: "text", Channel.CALL: "call"}
_ENDS = {
    VerificationStatus.APPROVED: "The right code was typed",
    VerificationStatus.CANCELED: "A newer code took its place",
    VerificationStatus.EXPIRED: "The code expired",
    VerificationStatus.MAX_ATTEMPTS_REACHED: "Too many wrong codes were typed",
}
_ACTS = {"person": "The person", "operator": "You", "gateway": "The gateway"}


def diagnosis(story: Story) -> str:
    """What became of the message, in a sentence or two."""
    latest = story.attempts[-1] if story.attempts else None
    status, seconds = Status(story.message.status), latency(latest)
    if status is Status.DELIVERED:
        after = f" after {seconds:.0f} s" if seconds is not None else ""
        typed = "the right code came back" if story.message.confirmed_at else "no right code typed"
        return f"Delivered{after}, {typed}."
    if status.is_failure:
        code = f" (error {story.message.error_code})" if story.message.error_code else ""
        meaning = explain(
            latest.gateway if latest else "", story.message.error_code, story.message.error_class
        )
        return f"Not delivered{code}." + (f" {meaning.what}." if meaning else "")
    if status is Status.SENT and story.message.confirmed_at:
        return "The right code came back before any receipt said that it arrived."
    return "On its way." if latest else "Waiting for the sender."


def steps(story: Story) -> list[Step]:
    """Everything that happened; never the code or the text."""
    message = story.message
    found: list[Step] = [
        _step(message.created_at, "asked", f"The {_THINGS[Channel(message.channel)]} was asked for")
    ]
    found += [_attempt(attempt) for attempt in story.attempts]
    found += [_receipt(receipt, story.attempts) for receipt in story.receipts]
    if message.confirmed_at:
        found.append(_step(message.confirmed_at, "check", "The right code came back"))
    verification = story.verification
    if verification and verification.settled_at:
        title = _ENDS[VerificationStatus(verification.status)]
        text = f"{verification.checks} of {verification.max_checks} checks were used."
        found.append(_step(verification.settled_at, "result", title, text=text))
    return sorted(found, key=lambda step: step["at"])


def _attempt(attempt: Attempt) -> Step:
    title = _OUTCOMES[attempt.outcome].format(
        gateway=attempt.gateway, thing=_THINGS[Channel(attempt.channel)]
    )
    refused = attempt.outcome == "refused"
    raw = f"error {attempt.error_code}" if refused and attempt.error_code else None
    at = attempt.sent_at or attempt.settled_at or attempt.created_at
    step = _step(at, "attempt", title, text=attempt.reason or None, raw=raw)
    if refused:
        step |= _help(explain(attempt.gateway, attempt.error_code, attempt.error_class))
    return step


def _receipt(receipt: Receipt, attempts: Any) -> Step:
    raw = receipt.raw_status + (f", error {receipt.error_code}" if receipt.error_code else "")
    text = None if receipt.moved else "Known already or late: it changed nothing."
    step = _step(receipt.received_at, "receipt", f"Receipt of {receipt.gateway}", text, raw)
    step["status"] = receipt.status
    if receipt.status and Status(receipt.status).is_failure:
        error_class = next((a.error_class for a in attempts if a.id == receipt.attempt_id), "")
        step |= _help(explain(receipt.gateway, receipt.error_code, error_class))
    return step


def _help(meaning: Meaning | None) -> Step:
    if meaning is None:
        return {}
    return {"what": meaning.what, "who": _ACTS[meaning.who], "helps": meaning.helps}


def _step(
    at: object, kind: str, title: str, text: str | None = None, raw: str | None = None
) -> Step:
    return {"at": at, "kind": kind, "title": title, "text": text, "raw": raw, "status": None}
