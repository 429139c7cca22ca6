"""What people text back: STOP ends all texts to their phone, START restores them, HELP gets one,
NOTME reports.

Stands above the limits, because the answer to HELP is a text that costs money.
"""

import hashlib
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from twofactor import audit
from twofactor.extensions import db
from twofactor.gateways.base import InboundText
from twofactor.kit import Kit
from twofactor.models import Authenticator, Reply
from twofactor.models.database import changed
from twofactor.sms import keywords, optouts, outbox, phone
from twofactor.sms.phone import BadPhone
from twofactor.verify import limits, reports
from twofactor.verify.limits import LimitReached
from twofactor.words import AuditEvent, Keyword, OptOutSource, Purpose

LIFE = timedelta(days=90)  # nobody repeats an older callback
ANSWER_LIFE = timedelta(minutes=10)  # an answer to HELP that comes later confuses
_EVENTS = {
    Keyword.STOP: AuditEvent.TEXTS_STOPPED,
    Keyword.START: AuditEvent.TEXTS_RESTORED,
    Keyword.HELP: AuditEvent.HELP_ASKED,
}


def take(kit: Kit, gateway: str, text: InboundText) -> Keyword | None:
    """Do what a text asks for, once however often it comes; the keyword it held, if any. In the
    caller's transaction; the caller wakes the sender for HELP and NOTME."""
    found = keywords.read(text.body)
    if found is None or not _is_new(kit, gateway, text, *found):
        return None
    keyword, language = found
    if keyword is Keyword.STOP:
        prints = [kit.keyring.fingerprint(text.sender)]
        optouts.stop(db.session.connection(), prints, OptOutSource.TEXT, kit.now())
    elif keyword is Keyword.START:
        optouts.restore(kit, text.sender)
    elif keyword is Keyword.NOT_ME:
        reports.by_text(kit, text.sender, gateway)
    else:
        _answer(kit, text.sender, language)
    if keyword in _EVENTS:
        _note(kit, gateway, text.sender, keyword)
    return keyword


def forget(kit: Kit) -> int:
    """Drop rows that nobody needs any more; how many."""
    return changed(delete(Reply).where(Reply.received_at < kit.now() - LIFE))


def _is_new(kit: Kit, gateway: str, text: InboundText, keyword: Keyword, language: str) -> bool:
    """Put the reply on record; False when it had come before."""
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    row = {
        "fact": hashlib.sha256(f"{gateway}\0{text.gateway_ref}".encode()).hexdigest(),
        "gateway": gateway,
        "phone_fingerprint": kit.keyring.fingerprint(text.sender),
        "keyword": keyword.value,
        "language": language,
        "received_at": kit.now(),
    }
    return changed(dialect.insert(Reply).values(row).on_conflict_do_nothing()) == 1


def _answer(kit: Kit, sender: str, language: str) -> None:
    """One text a phone and day, within every limit on texts; never to a machine's number, so that
    two machines can't keep each other busy."""
    now = kit.now()
    try:
        number = phone.parse(sender)
        with db.session.begin_nested():
            limits.hit(kit, limits.HELP_DAY, number.e164, now)
            limits.permit_send(kit, number, None, is_verified=False, now=now)
    except (BadPhone, LimitReached):
        return
    if kit.settings.allows_country(number.country):
        body = keywords.answer_to_help(kit.settings.brand, language)
        outbox.enqueue(kit, Purpose.HELP, number, body, now + ANSWER_LIFE)


def _note(kit: Kit, gateway: str, sender: str, keyword: Keyword) -> None:
    """In the audit of everybody who has this phone, or of nobody."""
    owners = select(Authenticator.user_id).where(
        Authenticator.phone_fingerprint.in_(kit.keyring.fingerprints(sender)),
        Authenticator.removed_at.is_(None),
        Authenticator.confirmed_at.is_not(None),
    )
    users: list[int | None] = [*sorted(set(db.session.scalars(owners)))]
    for user_id in users or [None]:
        audit.write(kit, _EVENTS[keyword], user_id, gateway=gateway)
