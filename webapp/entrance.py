"""The way in, shared by every page that lets somebody in: after the password, after the rest."""

from flask import flash, g, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from twofactor import audit
from twofactor.house import house
from twofactor.models import Authenticator, Session, User
from twofactor.models.database import transaction
from twofactor.verify import authenticators, sessions, suspicion
from twofactor.verify.limits import LimitReached
from twofactor.verify.targets import CountryClosed, NotLive, RiskyPhone, Target
from twofactor.words import AuditEvent, AuthenticatorKind, LinkPurpose, Purpose, SessionState
from webapp import code_page
from webapp import session as door
from webapp.destinations import own_path
from webapp.forms import CodeForm
from webapp.refusals import CLOSED_TO_YOU, RISKY, note_limit
from webapp.remembering import is_remembered


def enter(user: User, next_path: str) -> ResponseReturnValue:
    """The password was right: half way in, or all the way where no second factor is enrolled."""
    asks_more = authenticators.needs_second_factor(user.id)
    if asks_more:
        with transaction():
            known = is_remembered(user)
        if known:
            return _without_code(user, next_path)
    session, token = open_fresh(user, asks_more=asks_more, next_path=next_path)
    door.carry(token)
    if not asks_more:
        return redirect("/account", 303)
    phone = authenticators.live_phone(user.id)
    if phone is None:
        return redirect("/login/other", 303)
    try:
        code_page.send_again(None, lambda: target(session, phone))
    except (LimitReached, CountryClosed, RiskyPhone) as error:
        return _without_text(error)
    except NotLive:  # the phone was removed in this very moment
        return redirect("/login", 303)
    return redirect("/login/code", 303)


def _without_code(user: User, next_path: str) -> ResponseReturnValue:
    """A remembered browser: the password is enough, but any change still asks for a factor."""
    session, token = open_fresh(user, asks_more=False, next_path=next_path)
    with transaction():
        audit.write(house().kit, AuditEvent.LOGGED_IN, user.id, door.visitor(), factor="remembered")
    return go_on(session, token)


def open_fresh(user: User, *, asks_more: bool, next_path: str = "") -> tuple[Session, str]:
    """A new session after a right password; the one this browser had before ends."""
    kit, old = house().kit, door.current()
    state = SessionState.HALF if asks_more else SessionState.FULL
    with transaction():
        session, token = sessions.open_session(kit, user, state, door.visitor(), next_path)
        if old is not None:
            sessions.end(kit, old, door.visitor(), AuditEvent.SESSION_ENDED)
        audit.write(kit, AuditEvent.PASSWORD_RIGHT, user.id, door.visitor())
    return session, token


def let_in(
    session: Session, factor: AuthenticatorKind | LinkPurpose, used: int | None = None
) -> str | None:
    """A second factor was right: the session's new token, in the caller's transaction.

    None when the session ended meanwhile. `used` is the id of the authenticator.
    """
    kit = house().kit
    warning = suspicion.since_last_login(session)
    if used is not None:
        authenticators.note_use(kit, used)
    token = sessions.step_up(kit, session)
    if token is not None:
        audit.write(kit, AuditEvent.LOGGED_IN, session.user_id, door.visitor(), factor=factor.value)
        g.warning = warning
    return token


def go_on(session: Session, token: str) -> ResponseReturnValue:
    """All the way in: on to where the person was going."""
    next_path = session.next_path
    door.carry(token)
    if g.get("warning"):
        flash(g.warning, "error")
    return redirect(own_path(next_path), 303)


def target(session: Session, phone: Authenticator | None = None) -> Target:
    """The phone that a login's code goes to. Raises NotLive when there is none."""
    phone = phone or authenticators.live_phone(session.user_id)
    if phone is None:
        raise NotLive
    number = authenticators.phone_of(house().kit, phone)
    return Target(Purpose.LOGIN, number, session, phone.id, is_verified=True)


def _without_text(error: LimitReached | CountryClosed | RiskyPhone) -> ResponseReturnValue:
    """Half way in, but no text may be sent: the page says why, and what else can be done."""
    shown = code_page.variables(None, "/login/status")
    shown["sends_left"] = 0
    if not isinstance(error, LimitReached):
        flash(CLOSED_TO_YOU if isinstance(error, CountryClosed) else RISKY, "error")
        return render_template("login_code.html", form=CodeForm(), **shown), 403
    note_limit(error)
    shown["refused_until"] = code_page.until(error)
    page = make_response(render_template("login_code.html", form=CodeForm(), **shown), 429)
    page.headers["Retry-After"] = str(error.retry_after)
    return page
