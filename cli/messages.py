"""flask messages: what happened to one message."""

import json
from datetime import datetime
from typing import Any

import click

from cli.group import Group
from twofactor.models import Attempt, Receipt
from twofactor.sms.phone import MASK
from twofactor.sms.stats import messages as stats
from twofactor.sms.stats.messages import Story

messages = Group("messages", help="Texts, and what became of them.")


@messages.command("show")
@click.argument("sid")
def show(sid: str) -> None:
    """Print the timeline of one message as JSON, by our SID or the gateway's id.

    Example: flask messages show SM0123456789abcdef0123456789abcdef
    """
    message = stats.by_sid(sid)
    if message is None:
        raise click.ClickException(
            f"There is no message {sid}. Give the sid of /operator/messages, or the gateway's id."
        )
    click.echo(json.dumps(_told(stats.story(message)), indent=2))


def _told(story: Story) -> dict[str, Any]:
    message, attempts = story.message, story.attempts
    return {
        "sid": message.sid,
        "status": message.status,
        "to": MASK + message.phone_ending,
        "country": message.country,
        "gateway": attempts[-1].gateway if attempts else None,
        "purpose": message.purpose,
        "segments": message.segments,
        "created_at": _time(message.created_at),
        "confirmed_at": _time(message.confirmed_at),
        "verification_sid": story.verification.sid if story.verification else None,
        "attempts": [_attempt(attempt) for attempt in attempts],
        "receipts": [_receipt(receipt) for receipt in story.receipts],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "sid": attempt.sid,
        "gateway": attempt.gateway,
        "gateway_ref": attempt.gateway_ref,
        "status": attempt.status,
        "outcome": attempt.outcome,
        "reason": attempt.reason,
        "error_code": attempt.error_code or None,
        "error_class": attempt.error_class or None,
        "price": None if attempt.price is None else float(attempt.price),
        "currency": attempt.currency or None,
        "sent_at": _time(attempt.sent_at),
        "settled_at": _time(attempt.settled_at),
    }


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "gateway": receipt.gateway,
        "status": receipt.status,
        "raw_status": receipt.raw_status,
        "error_code": receipt.error_code or None,
        "at": _time(receipt.received_at),
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
