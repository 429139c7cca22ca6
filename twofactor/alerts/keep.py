"""Alerts as rows: watched, opened, closed, acknowledged, muted. In the caller's transaction."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select, update

from twofactor import audit
from twofactor.alerts.rules import Finding, State, Verdict, move
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import Alert
from twofactor.models.database import changed
from twofactor.words import AuditEvent

FORGOTTEN = timedelta(hours=6)  # without samples nothing is wrong any more
MUTE = timedelta(hours=24)


def settle(findings: Iterable[Finding], now: datetime) -> None:
    """Move the alerts by one look."""
    live = {(row.kind, row.gateway, row.country): row for row in _live()}
    for finding in findings:
        row = live.pop(finding.key, None)
        if row is not None or finding.verdict is Verdict.BAD:
            _look(row, finding, now)
    for row in live.values():  # nothing was said of these; another look may know them
        if now - row.seen_at > FORGOTTEN:
            row.closed_at = now


def acknowledge(kit: Kit, alert_id: int, user_id: int, visitor: Visitor) -> bool:
    """Somebody looks after it; False when that is known already."""
    row = update(Alert).where(Alert.id == alert_id, Alert.acknowledged_at.is_(None))
    if changed(row.values(acknowledged_at=kit.now(), acknowledged_by=user_id)) != 1:
        return False
    audit.write(kit, AuditEvent.ALERT_ACKNOWLEDGED, user_id, visitor, alert=alert_id)
    return True


def mute(kit: Kit, alert_id: int, user_id: int, visitor: Visitor) -> bool:
    """Tell nobody of this disturbance for MUTE, nor of a new one of its kind."""
    row = update(Alert).where(Alert.id == alert_id)
    if changed(row.values(muted_until=kit.now() + MUTE)) != 1:
        return False
    audit.write(kit, AuditEvent.ALERT_MUTED, user_id, visitor, alert=alert_id)
    return True


def is_muted(alert: Alert, now: datetime) -> bool:
    """True while this alert, or an earlier one of its kind and place, is muted."""
    same = select(Alert.id).where(
        Alert.kind == alert.kind,
        Alert.gateway == alert.gateway,
        Alert.country == alert.country,
        Alert.muted_until > now,
    )
    return db.session.scalar(same.limit(1)) is not None


def open_alerts() -> list[Alert]:
    """What is wrong now, newest first."""
    found = select(Alert).where(Alert.opened_at.is_not(None), Alert.closed_at.is_(None))
    return list(db.session.scalars(found.order_by(Alert.opened_at.desc(), Alert.id.desc())))


def closed_alerts(most: int = 50) -> list[Alert]:
    """What was wrong, newest first."""
    found = select(Alert).where(Alert.opened_at.is_not(None), Alert.closed_at.is_not(None))
    return list(db.session.scalars(found.order_by(Alert.closed_at.desc()).limit(most)))


def _live() -> list[Alert]:
    return list(db.session.scalars(select(Alert).where(Alert.closed_at.is_(None))))


def _look(row: Alert | None, finding: Finding, now: datetime) -> None:
    state = State.NONE if row is None else State.OPEN if row.opened_at else State.WATCHED
    state, streak = move(state, row.streak if row else 0, finding.verdict)
    if row is None:
        row = Alert(
            kind=finding.kind.value,
            gateway=finding.gateway,
            country=finding.country,
            found_at=now,
        )
        db.session.add(row)
    row.streak = streak
    if finding.verdict is Verdict.BAD:
        row.reason, row.figures, row.seen_at = finding.reason, finding.figures, now
    if state is State.OPEN and row.opened_at is None:
        row.opened_at = now
    elif state is State.CLOSED:
        row.closed_at = now
    elif state is State.NONE:
        db.session.delete(row)
