"""Who is at the door. The only place that knows cookies.

Flask's signed cookie holds the CSRF token and one random session token; rows decide (S-33…S-36).
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response as BaseResponse

from twofactor.house import house
from twofactor.kit import Visitor
from twofactor.models import Session
from twofactor.models.database import transaction
from twofactor.verify import authenticators, sessions
from twofactor.words import SessionState

TOKEN = "token"  # noqa: S105 -- the name of a field
P = ParamSpec("P")
R = TypeVar("R")
View = Callable[P, R]


def visitor() -> Visitor:
    """The peer, as far as trusted proxies tell."""
    return Visitor(request.remote_addr or "", request.user_agent.string)


def current() -> Session | None:
    """The living session of this browser, half or full."""
    if "session_row" not in g:
        token = cookie.get(TOKEN)
        g.session_row = sessions.find(house().kit, token) if isinstance(token, str) else None
    row: Session | None = g.session_row
    return row


def full() -> Session:
    """The session behind a page that is only for people who are logged in."""
    session = current()
    if session is None or session.state != SessionState.FULL:
        abort(403)
    return session


def half() -> Session:
    """The session behind a page that is only for people half way in."""
    session = current()
    if session is None or session.state != SessionState.HALF:
        abort(403)
    return session


def carry(token: str) -> None:
    """From now on this browser carries a new token; the CSRF token changes with it."""
    cookie.clear()
    cookie[TOKEN] = token
    g.pop("session_row", None)


def drop() -> None:
    """Forget this browser."""
    cookie.clear()
    g.session_row = None


def touch() -> None:
    """Note now and then that a logged-in browser is still there."""
    session = current()
    now = house().kit.now()
    if session and session.state == SessionState.FULL and sessions.needs_touch(session, now):
        with transaction():
            sessions.touch(session, now)


def half_logged_in(view: View[P, R]) -> View[P, R | BaseResponse]:
    """Only between password and code; others are led to where they belong."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | BaseResponse:
        session = current()
        if session is None:
            return redirect(url_for("webapp.login.log_in"), 303)
        if session.state == SessionState.FULL:
            return redirect(url_for("webapp.account.overview.show"), 303)
        return view(*args, **kwargs)

    return guarded


def logged_in(view: View[P, R]) -> View[P, R | BaseResponse]:
    """Only for people who are all the way in."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | BaseResponse:
        session = current()
        if session is None or session.state != SessionState.FULL:
            return _to_login(session)
        touch()
        return view(*args, **kwargs)

    return guarded


def second_factor_fresh(view: View[P, R]) -> View[P, R | BaseResponse]:
    """Changes to what protects an account need a second factor within five minutes (S-19).

    Somebody who has none enrolled yet can't show one, and only ever adds the first; they show
    their password.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | BaseResponse:
        if is_fresh():
            return view(*args, **kwargs)
        return to_confirm(request.path if _can_be_opened() else "/account")

    return guarded


def is_fresh() -> bool:
    """True for who has shown a second factor lately, or the password where there is none."""
    session, now = full(), house().kit.now()
    if authenticators.needs_second_factor(session.user_id):
        return sessions.has_fresh_second_factor(session, now)
    return sessions.has_fresh_password(session, now)


def to_confirm(goes_on: str) -> BaseResponse:
    """To the page that asks for the second factor, and from there to a path of ours."""
    cookie["goes_on"] = goes_on
    return redirect(url_for("webapp.account.confirm.ask"), 303)


def operators_only(view: View[P, R]) -> View[P, R | BaseResponse]:
    """Only for operators who have shown a second factor (S-73)."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | BaseResponse:
        session = current()
        if session is None or session.state != SessionState.FULL:
            return _to_login(session)
        if not session.user.is_operator:
            abort(403)
        if session.second_factor_at is None:
            flash("Operators log in with two steps. Add your phone to go on.")
            return redirect(url_for("webapp.account.phone.enrol"), 303)
        touch()
        return view(*args, **kwargs)

    return guarded


def _can_be_opened() -> bool:
    """True when the address of this request is also that of a page."""
    addresses = current_app.create_url_adapter(request)
    return addresses is not None and addresses.test(request.path, method="GET")


def _to_login(session: Session | None) -> BaseResponse:
    if session is not None:
        return redirect(url_for("webapp.login.code"), 303)
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("webapp.login.log_in", next=wanted), 303)
