"""A test text from the shell, followed until its fate is known."""

import time

import click

from twofactor import jobs
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Message
from twofactor.models.database import transaction
from twofactor.sms.phone import BadPhone, parse
from twofactor.sms.stats import messages as stats
from twofactor.verify import trials
from twofactor.verify.limits import LimitReached
from twofactor.verify.targets import CountryClosed
from twofactor.words import Status

WAIT_SECONDS = 60


def run(kit: Kit, name: str, to: str) -> None:
    """Send a text by this gateway alone; exit code 1 when it fails."""
    try:
        phone = parse(to)
        with transaction():
            sid = trials.send(kit, name, phone, None).sid
    except BadPhone as error:
        raise click.UsageError(f"{error.reason}.") from error
    except CountryClosed as error:
        raise click.ClickException(f"SIXDIGITS_COUNTRIES does not allow {error}.") from error
    except LimitReached as error:
        raise click.ClickException(f"{error.limit.reason}: {error}.") from error
    click.echo(f"Message {sid} by {name}", err=True)
    message = _followed(kit, sid)
    click.echo(f"{message.status}{f' ({message.error_code})' if message.error_code else ''}")
    raise SystemExit(1 if Status(message.status).is_failure else 0)


def _followed(kit: Kit, sid: str) -> Message:
    """Send what is due, and watch the message until it is settled or a minute has passed."""
    until, seen = time.monotonic() + WAIT_SECONDS, ""
    while True:
        jobs.deliver_next(kit)
        db.session.rollback()
        message = stats.by_sid(sid)
        if message is None:
            raise click.ClickException(f"message {sid} is gone")
        db.session.refresh(message)
        if message.status != seen:
            seen = message.status
            click.echo(f"{kit.now():%H:%M:%S} {seen}", err=True)
        if Status(seen).is_final or time.monotonic() > until:
            return message
        time.sleep(0.5)
