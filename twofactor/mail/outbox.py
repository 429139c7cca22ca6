"""The outbox of mails: a mail is a row first, written with what it tells of, and sent by whoever
claims the row."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from twofactor import ids
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.mail.post import NotTaken, Post
from twofactor.mail.wording import Words
from twofactor.models import Mail
from twofactor.models.database import changed
from twofactor.words import MailStatus

LEASE = timedelta(seconds=60)  # longer than the server may take
PAUSE = timedelta(seconds=30)  # after a refusal; doubled each time
MOST_TRIES = 8
WORTH = timedelta(days=1)  # nobody wants an older mail

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One mail to hand over now."""

    mail_id: int
    tries: int
    to: str
    subject: str
    body: str


def enqueue(kit: Kit, to: str, words: Words, user_id: int | None) -> None:
    """Write a mail into the outbox; nothing where no mails are sent. The caller commits."""
    if kit.settings.sends_mail:
        _write(kit, _new(kit, to, user_id), words)


def ask(kit: Kit, to: str, user_id: int | None) -> None:
    """Note that somebody asked for a mail to an address, known or not: whoever waits for the
    answer must not learn from its time which (S-46). `write` does the rest. The caller commits."""
    if kit.settings.sends_mail:
        _new(kit, to, user_id)


def is_asked() -> bool:
    """True when a mail waits for its words; asked before a write transaction is begun."""
    waiting = select(Mail.id).where(Mail.status == MailStatus.ASKED)
    return db.session.scalar(waiting.limit(1)) is not None


def asked() -> Mail | None:
    """What was asked for longest ago, held until the caller's transaction ends."""
    waiting = select(Mail).where(Mail.status == MailStatus.ASKED).order_by(Mail.id)
    return db.session.scalar(waiting.limit(1).with_for_update(skip_locked=True))


def write(kit: Kit, mail: Mail, words: Words | None) -> None:
    """Give a mail that was asked for its words; without words it is dropped."""
    if words is None:
        db.session.delete(mail)
    else:
        _write(kit, mail, words)


def _new(kit: Kit, to: str, user_id: int | None) -> Mail:
    mail = Mail(
        sid=ids.new_sid(ids.MAIL),
        user_id=user_id,
        subject="",
        status=MailStatus.ASKED.value,
        created_at=kit.now(),
    )
    mail.to_sealed = kit.keyring.seal(to, mail.to_place)
    db.session.add(mail)
    return mail


def _write(kit: Kit, mail: Mail, words: Words) -> None:
    mail.subject = words.subject
    mail.body_sealed = kit.keyring.seal(words.body, mail.body_place)
    mail.status, mail.next_try_at = MailStatus.QUEUED.value, kit.now()


def is_due(kit: Kit) -> bool:
    """True when a mail waits; asked before a write transaction is begun."""
    due = select(Mail.id).where(Mail.status == MailStatus.QUEUED, Mail.next_try_at <= kit.now())
    return db.session.scalar(due.limit(1)) is not None


def claim(kit: Kit) -> Claimed | None:
    """The mail that waits longest, leased; None when none is due."""
    now = kit.now()
    due = select(Mail).where(Mail.status == MailStatus.QUEUED, Mail.next_try_at <= now)
    mail = db.session.scalar(due.order_by(Mail.next_try_at, Mail.id).limit(1))
    if mail is None or mail.body_sealed is None:
        return None
    row = update(Mail).where(
        Mail.id == mail.id, Mail.status == MailStatus.QUEUED, Mail.next_try_at == mail.next_try_at
    )
    if changed(row.values(next_try_at=now + LEASE, tries=Mail.tries + 1)) != 1:
        return None
    return Claimed(
        mail_id=mail.id,
        tries=mail.tries + 1,
        to=kit.keyring.unseal(mail.to_sealed, mail.to_place),
        subject=mail.subject,
        body=kit.keyring.unseal(mail.body_sealed, mail.body_place),
    )


def hand_over(kit: Kit, mail: Claimed) -> NotTaken | None:
    """Give it to the mail server; in development without one it is only shown."""
    if not kit.settings.smtp_url:
        return None
    try:
        Post(kit.settings.smtp_url, kit.settings.mail_from).send(mail.to, mail.subject, mail.body)
    except NotTaken as error:
        log.warning("mail %s was not taken: %s", mail.mail_id, error)
        return error
    return None


def settle(kit: Kit, mail: Claimed, error: NotTaken | None) -> None:
    """Note what became of it. The words go with the mail, but where it is only shown."""
    row, now = update(Mail).where(Mail.id == mail.mail_id), kit.now()
    if error is None:
        kept = {} if not kit.settings.smtp_url else {"body_sealed": None}
        changed(row.values(status=MailStatus.SENT.value, sent_at=now, next_try_at=None, **kept))
    elif error.permanent or mail.tries >= MOST_TRIES:
        failed = {"status": MailStatus.FAILED.value, "next_try_at": None, "body_sealed": None}
        changed(row.values(failed))
    else:
        changed(row.values(next_try_at=now + PAUSE * 2 ** (mail.tries - 1)))


def give_up(now: datetime) -> None:
    """Forget the words of mails that nobody took in a day."""
    waits = Mail.status.in_((MailStatus.ASKED, MailStatus.QUEUED))
    old = update(Mail).where(Mail.created_at < now - WORTH, waits)
    changed(old.values(status=MailStatus.FAILED.value, next_try_at=None, body_sealed=None))


def latest(most: int = 50) -> list[Mail]:
    """For the simulated mailbox, newest first."""
    rows = select(Mail).where(Mail.body_sealed.is_not(None))
    return list(db.session.scalars(rows.order_by(Mail.id.desc()).limit(most)))
