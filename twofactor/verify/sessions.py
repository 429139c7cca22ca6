"""Sessions: opened at the right password, stepped up at the right code, ended at any time.

Rows decide, not cookies: a token works while its row says so, and not one request longer (S-35).
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from twofactor import audit, ids
from twofactor.browser import in_words
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import Session, User
from twofactor.models.database import changed
from twofactor.verify import users
from twofactor.words import AuditEvent, SessionState

HALF_LIFETIME = timedelta(minutes=10)
IDLE_LIFETIME = timedelta(minutes=30)
FULL_LIFETIME = timedelta(hours=12)
STEP_UP_LIFETIME = timedelta(minutes=5)
SEEN_GRAIN = timedelta(minutes=1)  # a write at most this often for being seen
MAX_HALF = 3  # half logged in browsers of one account (S-40)


def open_session(
    kit: Kit, user: User, state: SessionState, visitor: Visitor, next_path: str = ""
) -> tuple[Session, str]:
    """A new session and its token, which is known only now."""
    users.lock(user.id)  # or parallel logins would not see each other's surplus
    token, now = ids.new_token(), kit.now()
    session = Session(
        sid=ids.new_sid(ids.SESSION),
        token_hash=kit.keyring.hash_token(token),
        user=user,
        state=state.value,
        browser=in_words(visitor.user_agent),
        next_path=next_path,
        created_at=now,
        seen_at=now,
        password_at=now,
    )
    db.session.add(session)
    db.session.flush()
    _end_surplus(user, now)
    return session, token


def find(kit: Kit, token: str) -> Session | None:
    """The living session behind a token."""
    by_token = select(Session).where(Session.token_hash == kit.keyring.hash_token(token))
    session = db.session.scalar(by_token)
    return session if session is not None and is_alive(session, kit.now()) else None


def is_alive(session: Session, now: datetime) -> bool:
    """Neither ended, nor too old, nor idle too long, nor of a disabled user (S-36)."""
    if session.ended_at is not None or session.user.disabled_at is not None:
        return False
    if session.state == SessionState.HALF:
        return now < session.created_at + HALF_LIFETIME
    return now < min(session.created_at + FULL_LIFETIME, session.seen_at + IDLE_LIFETIME)


def has_fresh_second_factor(session: Session, now: datetime) -> bool:
    """True within five minutes of a second factor; what every change behind step-up asks."""
    shown = session.second_factor_at
    return shown is not None and now < shown + STEP_UP_LIFETIME


def has_fresh_password(session: Session, now: datetime) -> bool:
    """True within five minutes of the password; enough only where no second factor is enrolled."""
    shown = session.password_at
    return shown is not None and now < shown + STEP_UP_LIFETIME


def step_up(kit: Kit, session: Session) -> str | None:
    """A second factor was right: a new token, and the old one is dead (S-34).

    None when the session ended meanwhile.
    """
    now = kit.now()
    values: dict[str, object] = {
        "state": SessionState.FULL.value,
        "seen_at": now,
        "second_factor_at": now,
    }
    if session.state == SessionState.HALF:
        values["created_at"] = now
    return _renew(kit, session, values)


def show_password(kit: Kit, session: Session) -> str | None:
    """The password was typed again: a new token; None when the session ended meanwhile."""
    return _renew(kit, session, {"password_at": kit.now(), "seen_at": kit.now()})


def _renew(kit: Kit, session: Session, values: dict[str, object]) -> str | None:
    token = ids.new_token()
    claim = update(Session).where(
        Session.id == session.id,
        Session.token_hash == session.token_hash,
        Session.ended_at.is_(None),
    )
    moved = changed(claim.values(token_hash=kit.keyring.hash_token(token), **values))
    db.session.expire(session)
    return token if moved == 1 else None


def needs_touch(session: Session, now: datetime) -> bool:
    return now - session.seen_at > SEEN_GRAIN


def touch(session: Session, now: datetime) -> None:
    """Note that the browser is still there."""
    session.seen_at = now


def end(kit: Kit, session: Session, visitor: Visitor, event: AuditEvent) -> None:
    """End one session, by the next request."""
    still_open = update(Session).where(Session.id == session.id, Session.ended_at.is_(None))
    if changed(still_open.values(ended_at=kit.now())) == 1:
        audit.write(kit, event, session.user_id, visitor, session=session.sid)


def end_others(kit: Kit, user_id: int, keep: Session | None) -> None:
    """End every session of a user but one."""
    others = update(Session).where(
        Session.user_id == user_id,
        Session.ended_at.is_(None),
        Session.id != (keep.id if keep else 0),
    )
    changed(others.values(ended_at=kit.now()))


def living(kit: Kit, user_id: int) -> list[Session]:
    """A user's full sessions, the latest seen first."""
    rows = db.session.scalars(
        select(Session)
        .where(
            Session.user_id == user_id,
            Session.ended_at.is_(None),
            Session.state == SessionState.FULL,
        )
        .order_by(Session.seen_at.desc())
    )
    return [session for session in rows if is_alive(session, kit.now())]


def _end_surplus(user: User, now: datetime) -> None:
    half = (
        select(Session.id)
        .where(
            Session.user_id == user.id,
            Session.state == SessionState.HALF,
            Session.ended_at.is_(None),
            Session.created_at > now - HALF_LIFETIME,
        )
        .order_by(Session.id.desc())
        .offset(MAX_HALF)
    )
    surplus = list(db.session.scalars(half))
    if surplus:
        changed(update(Session).where(Session.id.in_(surplus)).values(ended_at=now))
