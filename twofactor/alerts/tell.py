"""Telling operators of an alert: by text, by mail and by webhook, each once.

Texts and mails are rows, written with the mark that it was told; the webhook is called after the
commit. A further channel is one more function in OUTBOXES or in CHANNELS.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, update

from twofactor.alerts import keep, runbook, words
from twofactor.extensions import db
from twofactor.gateways.wire import Wire, WireError
from twofactor.kit import Kit
from twofactor.mail import outbox as mails
from twofactor.mail.wording import alert_mail
from twofactor.models import Alert, User
from twofactor.models.database import changed, transaction
from twofactor.models.rollups import LATENCIES
from twofactor.sms import outbox
from twofactor.sms.stats.history import SERIES, series
from twofactor.sms.stats.periods import DEFAULT, period
from twofactor.sms.wording import alert_text
from twofactor.verify import authenticators
from twofactor.words import AlertKind, Purpose

log = logging.getLogger(__name__)

WORTH_A_TEXT = timedelta(hours=1)
ALERTS = "/operator/alerts"


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
            for outbox_of in OUTBOXES:
                outbox_of(kit, alert)
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
        "url": f"{kit.settings.public_url}{ALERTS}",
        "runbook": f"{kit.settings.public_url}{runbook.PAGE}#{runbook.anchor(alert.kind)}",
    }


def by_text(kit: Kit, alert: Alert) -> None:
    """A text to every operator's phone, in the caller's transaction."""
    if not kit.settings.alert_texts:
        return
    body = alert_text(kit.settings.brand, alert.reason)
    for user in _operators():
        phone = authenticators.live_phone(user.id)
        if phone is not None:
            to = authenticators.phone_of(kit, phone)
            outbox.enqueue(kit, Purpose.NOTICE, to, body, kit.now() + WORTH_A_TEXT)


def by_mail(kit: Kit, alert: Alert) -> None:
    """A mail to every operator, in the caller's transaction: reason, figures, the last day as a
    chart of text, and what to do."""
    if not kit.settings.alert_mails:
        return
    title = words.title(alert.kind, alert.gateway, alert.country)
    mail = alert_mail(
        kit.settings.brand, title, _told(kit, alert), kit.settings.public_url + ALERTS
    )
    for user in _operators():
        mails.enqueue(kit, user.email, mail, user.id)


def _told(kit: Kit, alert: Alert) -> list[str]:
    figures = [
        f"{name}: {value}" for name, value in words.figures(alert.kind, alert.figures).items()
    ]
    advice = runbook.section(AlertKind(alert.kind))
    link = f"{kit.settings.public_url}{runbook.PAGE}#{advice.anchor}"
    return [
        f"{alert.reason}.",
        "\n".join([f"Since {alert.opened_at or kit.now():%Y-%m-%d %H:%M} UTC", *figures]),
        *_chart(kit, alert),
        f"What to do ({link}):\n{advice.plain}",
    ]


def _chart(kit: Kit, alert: Alert) -> list[str]:
    """The last day of the route, hour by hour; nothing for what is of no gateway."""
    if not alert.gateway:
        return []
    filters = {"gateway": alert.gateway} | ({"country": alert.country} if alert.country else {})
    day, is_slow = period(DEFAULT, kit.now()), alert.kind == AlertKind.LATENCY_HIGH
    hours = [f for _, f in series(day, filters, measures=LATENCIES if is_slow else SERIES)]
    if is_slow:
        values = [figures.p95_seconds for figures in hours]
        top, name = max((value for value in values if value), default=1.0), "95 % within"
    else:
        is_conversion = alert.kind == AlertKind.CONVERSION_LOW
        values = [f.conversion_rate if is_conversion else f.delivery_rate for f in hours]
        top, name = 1.0, "Conversion" if is_conversion else "Delivery"
    height = f"{top:.0f} s" if is_slow else "100 %"
    about = f"{name} in the last 24 hours, a column an hour, full height is {height}:"
    return [f"{about}\n{words.sparks([None if v is None else v / top for v in values])}"]


def _operators() -> list[User]:
    return list(
        db.session.scalars(select(User).where(User.is_operator, User.disabled_at.is_(None)))
    )


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


# In the transaction that marks the alert as told.
OUTBOXES: tuple[Callable[[Kit, Alert], None], ...] = (by_text, by_mail)
# After the commit, each with the alert as JSON.
CHANNELS: tuple[Callable[[Kit, dict[str, object]], None], ...] = (by_webhook,)
