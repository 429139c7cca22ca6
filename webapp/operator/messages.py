"""One message: everything that happened to it, in order. Never the code, never the text."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models import Attempt, Message, Receipt
from twofactor.sms import stats
from twofactor.sms.phone import MASK
from twofactor.sms.stats import Story
from twofactor.words import Purpose, Status, VerificationStatus
from webapp import session as door

messages = Blueprint("messages", __name__)

FOLLOWED = timedelta(minutes=2)

Step = dict[str, Any]

_OUTCOMES = {
    "accepted": "{gateway} took the text",
    "refused": "{gateway} refused the text",
    "unknown": "No answer from {gateway}: it may or may not have left",
    "": "Handing over to {gateway}",
}
_ENDS = {
    VerificationStatus.APPROVED: "The right code was typed",
    VerificationStatus.CANCELED: "A newer code took its place",
    VerificationStatus.EXPIRED: "The code expired",
    VerificationStatus.MAX_ATTEMPTS_REACHED: "Too many wrong codes were typed",
}


@messages.get("/operator/messages")
@door.operators_only
def index() -> ResponseReturnValue:
    """The list of messages is part of the deliveries page."""
    return redirect("/operator/deliveries", 303)


@messages.get("/operator/messages/<sid>")
@door.operators_only
def show(sid: str) -> ResponseReturnValue:
    """The timeline of one message, by our sid or the gateway's id."""
    message = stats.by_sid(sid)
    if message is None:
        abort(404)
    story = stats.story(message)
    latest = story.attempts[-1] if story.attempts else None
    return render_template(
        "operator/message.html",
        message={
            "sid": message.sid,
            "status": message.status,
            "to_masked": MASK + message.phone_ending,
            "country": message.country,
            "purpose": message.purpose,
            "gateway": latest.gateway if latest else None,
            "segments": message.segments,
            "created_at": message.created_at,
            "verification_sid": story.verification.sid if story.verification else None,
            "confirmed": message.confirmed_at is not None,
        },
        is_followed=_is_followed(message),
        diagnosis=_diagnosis(story, latest),
        timeline=sorted(_steps(story), key=lambda step: step["at"]),
    )


def _is_followed(message: Message) -> bool:
    """True while the page should load itself anew: a test text whose fate is still open."""
    is_open = not Status(message.status).is_final and message.purpose == Purpose.TEST
    return is_open and house().kit.now() < message.created_at + FOLLOWED


def _diagnosis(story: Story, latest: Attempt | None) -> str:
    status, seconds = Status(story.message.status), stats.latency(latest)
    if status is Status.DELIVERED:
        after = f" after {seconds:.0f} s" if seconds is not None else ""
        typed = "the right code came back" if story.message.confirmed_at else "no right code typed"
        return f"Delivered{after}, {typed}."
    if status.is_failure:
        code = f" (error {story.message.error_code})" if story.message.error_code else ""
        return f"Not delivered{code}."
    return "On its way." if latest else "Waiting for the sender."


def _steps(story: Story) -> list[Step]:
    message = story.message
    steps: list[Step] = [_step(message.created_at, "asked", "The text was asked for")]
    for attempt in story.attempts:
        title = _OUTCOMES[attempt.outcome].format(gateway=attempt.gateway)
        raw = f"error {attempt.error_code}" if attempt.outcome == "refused" else None
        at = attempt.sent_at or attempt.settled_at or attempt.created_at
        steps.append(_step(at, "attempt", title, text=attempt.reason or None, raw=raw))
    steps += [_receipt(receipt) for receipt in story.receipts]
    if message.confirmed_at:
        steps.append(_step(message.confirmed_at, "check", "The right code came back"))
    verification = story.verification
    if verification and verification.settled_at:
        title = _ENDS[VerificationStatus(verification.status)]
        text = f"{verification.checks} of {verification.max_checks} checks were used."
        steps.append(_step(verification.settled_at, "result", title, text=text))
    return steps


def _receipt(receipt: Receipt) -> Step:
    raw = receipt.raw_status + (f", error {receipt.error_code}" if receipt.error_code else "")
    text = None if receipt.moved else "Known already or late: it changed nothing."
    step = _step(receipt.received_at, "receipt", f"Receipt of {receipt.gateway}", text, raw)
    return step | {"status": receipt.status}


def _step(
    at: object, kind: str, title: str, text: str | None = None, raw: str | None = None
) -> Step:
    return {"at": at, "kind": kind, "title": title, "text": text, "raw": raw, "status": None}
