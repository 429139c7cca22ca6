"""From a refusal of the rules to an answer: 429 with `Retry-After`, or a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import abort, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from twofactor import audit
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.sms.sentences import Notice
from twofactor.verify import limits, notices
from twofactor.verify.limits import LimitReached
from twofactor.verify.targets import (
    CountryClosed,
    NoCalls,
    NoSendsLeft,
    NotLive,
    NotYet,
    OptedOut,
    RiskyPhone,
)
from twofactor.words import AuditEvent, SessionState
from webapp.session import current, visitor

STOPPED = (
    "This phone answered STOP, so we send it no texts. Send START from it to the number our texts "
    "come from, or use another way."
)
CLOSED_TO_YOU = "We can't send texts to your country at the moment. Use another way."
RISKY = "We can't text this number: its SIM is new, or it is no mobile. Use another way."
COUNTRY_CLOSED = "We can't send texts to that country. Use a number from another one"


@contextmanager
def refused(back: str) -> Iterator[None]:
    """Turn what the sending verbs raise into an answer; `back` is the page of the form."""
    try:
        yield
    except NotYet as error:
        abort(too_early(error.retry_after, "The next text can't be sent yet."))
    except NoSendsLeft:
        flash("You've had all your texts. A text that has arrived still works.", "error")
        abort(redirect(back, 303))
    except NotLive:
        flash("That code no longer works. Start again to get a new one.", "error")
        abort(redirect(back, 303))
    except NoCalls:
        flash("We can't call you at the moment. Use another way.", "error")
        abort(redirect(back, 303))
    except RiskyPhone:
        flash(RISKY, "error")
        abort(redirect(back, 303))
    except CountryClosed:
        flash(COUNTRY_CLOSED, "error")
        abort(redirect(back, 303))


def too_early(retry_after: int, sentence: str) -> Response:
    """The 429 page."""
    page = render_template(
        "error.html", code=429, retry_after_seconds=retry_after, sentence=sentence
    )
    response = make_response(page, 429)
    response.headers["Retry-After"] = str(retry_after)
    return response


def opted_out(_: OptedOut) -> Response:
    """The phone said STOP: what to do now, and the other ways in."""
    flash(STOPPED, "error")
    session = current()
    if session is not None and session.state == SessionState.HALF:
        return redirect("/login/other", 303)
    is_enrolling = request.path.startswith("/account/phone")
    return redirect("/account/phone" if is_enrolling else "/account", 303)


def limit_reached(error: LimitReached) -> Response:
    """Every LimitReached that no page has words of its own for."""
    note_limit(error)
    return too_early(error.retry_after, f"{error.limit.reason}.")


def note_limit(error: LimitReached) -> None:
    """Put a reached limit into the audit; the owner is told when a factor rests."""
    session = current()
    with transaction():
        audit.write(
            house().kit,
            AuditEvent.LIMIT_REACHED,
            session.user_id if session else None,
            visitor(),
            limit=error.limit.name,
            endpoint=request.endpoint,
        )
        if session is not None and error.limit in limits.LOCKS:
            notices.once_a_day(house().kit, session.user, Notice.LOCKED, visitor())
    house().sender.wake()
