"""Security notices: what changed, told by mail and by text, with a link that undoes it (S-20)."""

from datetime import UTC
from typing import Any

from twofactor import audit
from twofactor.browser import in_words
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.mail import outbox as mails
from twofactor.mail.wording import notice_mail
from twofactor.models import User
from twofactor.sms import edits, outbox
from twofactor.sms.phone import Phone
from twofactor.sms.sentences import Notice
from twofactor.sms.wording import notice_text
from twofactor.verify import authenticators, freezes, limits, links, users
from twofactor.verify.limits import LimitReached
from twofactor.words import AuditEvent, LinkPurpose, Purpose

ALWAYS_BY_TEXT = (Notice.PHONE_CHANGED, Notice.PHONE_REMOVED)  # S-20: the old number is told


def tell(
    kit: Kit,
    user: User,
    notice: Notice,
    visitor: Visitor | None = None,
    *,
    old_phone: Phone | None = None,
    old_email: str | None = None,
    **detail: Any,
) -> None:
    """Put mail and text into the outboxes, in the transaction of the change; the caller commits,
    then wakes the sender. `detail` is what the link needs to undo it."""
    audit.write(kit, AuditEvent.NOTICE_SENT, user.id, visitor, notice=notice.value)
    what = {"notice": notice.value, **detail}
    at = f"on {kit.now().astimezone(UTC):%d %B %Y at %H:%M} UTC"
    browser = in_words(visitor.user_agent) if visitor else ""
    own = None if users.is_anothers(user) else user.email
    for address in sorted({address for address in (own, old_email) if address}):
        url = _link(kit, user, what, old_email)
        words = notice_mail(kit.settings.brand, notice, at, browser, url)
        mails.enqueue(kit, address, words, user.id)
    phone = old_phone or _phone_for(kit, user, notice)
    if phone is not None and kit.settings.allows_country(phone.country):
        _text(kit, user, notice, phone, what, old_email)


def once_a_day(kit: Kit, user: User, notice: Notice, visitor: Visitor) -> None:
    """Tell, unless the same was told within a day: an attack repeats itself, a warning need not."""
    try:
        limits.hit(kit, limits.SAME_NOTICE, f"{user.sid}\0{notice.value}", kit.now())
    except LimitReached:
        return
    tell(kit, user, notice, visitor)


def _phone_for(kit: Kit, user: User, notice: Notice) -> Phone | None:
    if notice is Notice.PHONE_ADDED or not user.wants_text_notices:
        return None
    phone = authenticators.live_phone(user.id)
    return authenticators.phone_of(kit, phone) if phone else None


def _text(
    kit: Kit,
    user: User,
    notice: Notice,
    phone: Phone,
    what: dict[str, Any],
    old_email: str | None,
) -> None:
    try:
        with db.session.begin_nested():
            freezes.check(kit, phone)
            limits.permit_notice(kit, phone, kit.now())
            url = _link(kit, user, what, old_email)
            body = notice_text(
                kit.settings.brand,
                notice,
                user.language,
                url,
                edits.of(kit, user.language, notice),
                is_answerable=kit.is_answerable,
            )
            outbox.enqueue(kit, Purpose.NOTICE, phone, body, kit.now() + mails.WORTH)
    except LimitReached:
        return  # the mail still tells


def _link(kit: Kit, user: User, what: dict[str, Any], old_email: str | None) -> str:
    token = links.make(kit, user, LinkPurpose.REPORT, what, email=old_email or "")
    return f"{kit.settings.public_url}/not-me/{token}"
