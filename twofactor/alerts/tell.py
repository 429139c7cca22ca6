"""Telling operators of an alert: by text and by webhook, each once.

A further channel is one more function in CHANNELS.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, update

from twofactor.alerts import keep
from twofactor.extensions import db
from twofactor.gateways.wire import Wire, WireError
from twofactor.kit import Kit
from twofactor.models import Alert, User
from twofactor.models.database import changed, transaction
from twofactor.sms import outbox
from twofactor.sms.wording import alert_text
from twofactor.verify import authenticators
from twofactor.words import Purpose

log = logging.getLogger(__name__)

WORTH_A_TEXT = timedelta(hours=1)
RUNBOOK = "/operator/runbook"


def news(kit: Kit) -> int:
    """Tell of every open alert that nobody was told of; how many there were. Commits by itself:
    an alert is marked before it is told, so that no failure makes the telephone ring twice."""
    found = [alert.id for alert in keep.open_alerts() if alert.told_at is None]
    told = 0
    for alert_id in found:
        with transaction() as session:
            own = update(Alert).where(Alert.id == alert_id, Alert.told_at.is_(None))
            if changed(own.values(told_at=kit.now())) != 1:
                continue
            alert = session.get_one(Alert, alert_id, populate_existing=True)
            if keep.is_muted(alert, kit.now()):
                continue
            by_text(kit, alert)
            what = as_json(kit, alert)
        told += 1
        for channel in CHANNELS:
            channel(kit, what)
    return told


def as_json(kit: Kit, alert: Alert) -> dict[str, object]:
    """An alert for programs; holds no phone."""
    return {
        "kind": alert.kind,
        "gateway": alert.gateway or None,
        "country": alert.country or None,
        "reason": alert.reason,
        "figures": alert.figures,
        "opened_at": alert.opened_at.isoformat() if alert.opened_at else None,
        "url": f"{kit.settings.public_url}/operator/alerts",
        "runbook": f"{kit.settings.public_url}{RUNBOOK}#{anchor(alert.kind)}",
    }


def anchor(kind: str) -> str:
    """Where the runbook tells what to do."""
    return kind.replace("_", "-")


def by_text(kit: Kit, alert: Alert) -> None:
    """A text to every operator's phone, in the caller's transaction."""
    if not kit.settings.alert_texts:
        return
    body = alert_text(kit.settings.brand, alert.reason)
    operators = select(User).where(User.is_operator, User.disabled_at.is_(None))
    for user in db.session.scalars(operators):
        phone = authenticators.live_phone(user.id)
        if phone is not None:
            to = authenticators.phone_of(kit, phone)
            outbox.enqueue(kit, Purpose.NOTICE, to, body, kit.now() + WORTH_A_TEXT)


def by_webhook(kit: Kit, what: dict[str, object], wire: Wire | None = None) -> None:
    """A POST to the operator's own address; a failure is logged and not tried again."""
    if not kit.settings.alert_webhook_url:
        return
    try:
        reply = (wire or Wire()).call("POST", kit.settings.alert_webhook_url, json_body=what)
    except WireError as error:
        log.error("the alert webhook did not answer: %s", error.reason)
        return
    if not reply.is_success:
        log.error("the alert webhook answered %s", reply.status)


# After the commit, each with the alert as JSON.
CHANNELS: tuple[Callable[[Kit, dict[str, object]], None], ...] = (by_webhook,)
