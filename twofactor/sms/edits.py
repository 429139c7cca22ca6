"""Texts in an operator's words: each edit is appended, the newest of a template counts.

Every process remembers them for LIFE, so that texts cost no query more and a change is in force
everywhere within seconds.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Row, func, select
from sqlalchemy.exc import IntegrityError

from twofactor import audit
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import TextEdit, User
from twofactor.models.database import connection
from twofactor.sms import drafts, templates, wording
from twofactor.sms.templates import Edits
from twofactor.sms.wording import Edited
from twofactor.words import AuditEvent

LIFE = timedelta(seconds=3)


class BadText(Exception):
    """The guard refuses a text; `faults` tell what to mend."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class EditedMeanwhile(Exception):
    """Somebody else edited the same template since it was read."""


def every(kit: Kit) -> Edits:
    """What operators wrote, by language and name; at most LIFE old."""
    known, now = kit.text_edits, kit.now()
    if known.read_at is None or not known.read_at <= now < known.read_at + LIFE:
        known.value, known.read_at = _read(), now
    found: Edits = known.value
    return found


def of(kit: Kit, language: str, name: str) -> Edited | None:
    """What an operator wrote for a template; None: the built-in text is in force."""
    return every(kit).get((wording.language_of(language), name))


def faults(kit: Kit, language: str, name: str, edited: Edited) -> list[str]:
    """What the guard says of a sentence for the gateways in use."""
    house = templates.house_of(kit)
    appends = any(gateway.appends_text for gateway in kit.gateways.values())
    return templates.draft_faults(house, language, name, edited, appends=appends)


def written(kit: Kit, language: str, name: str, sentence: str, most_parts: int) -> Edited:
    """A sentence as it would be kept: for the minutes that codes live now."""
    lifetime = kit.settings.codes.lifetime_seconds
    plural = wording.plural_of(language, lifetime) if drafts.is_coded(name) else ""
    return Edited(drafts.tidy(sentence), most_parts, plural)


def keep(
    kit: Kit,
    language: str,
    name: str,
    edited: Edited | None,
    version: int,
    user_id: int | None = None,
    visitor: Visitor | None = None,
) -> None:
    """Append an edit, None for the way back to the built-in text, and the audit with it; in the
    caller's transaction. `version` is the one that was read.

    Raises BadText, EditedMeanwhile.
    """
    if edited is not None and (wrong := faults(kit, language, name, edited)):
        raise BadText(wrong)
    latest = _latest(language, name)
    if version != (latest.version if latest else 0):
        raise EditedMeanwhile
    row = TextEdit(
        language=language,
        name=name,
        version=version + 1,
        sentence=edited.sentence if edited else "",
        most_parts=edited.most_parts if edited else 1,
        plural=edited.plural if edited else "",
        at=kit.now(),
        edited_by=user_id,
    )
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise EditedMeanwhile from error
    audit.write(
        kit,
        AuditEvent.TEXT_EDITED,
        user_id,
        visitor,
        language=language,
        text=name,
        before=(latest.sentence if latest else "") or "built-in",
        after=row.sentence or "built-in",
    )
    kit.text_edits.forget()


def history(language: str = "", name: str = "") -> Sequence[Row[TextEdit, str | None]]:
    """Every edit with the e-mail address of who made it, newest first; empty words leave open."""
    found = select(TextEdit, User.email).outerjoin(User, User.id == TextEdit.edited_by)
    if language:
        found = found.where(TextEdit.language == language)
    if name:
        found = found.where(TextEdit.name == name)
    return db.session.execute(found.order_by(TextEdit.id.desc())).all()


def version(language: str, name: str) -> int:
    """The number of the newest edit; 0 before the first."""
    latest = _latest(language, name)
    return latest.version if latest else 0


def _latest(language: str, name: str) -> TextEdit | None:
    mine = select(TextEdit).where(TextEdit.language == language, TextEdit.name == name)
    return db.session.scalar(mine.order_by(TextEdit.version.desc()).limit(1))


def _read() -> Edits:
    """Rows that an older release could not have written any more are left out."""
    newest = (
        select(TextEdit.language, TextEdit.name, func.max(TextEdit.version).label("version"))
        .group_by(TextEdit.language, TextEdit.name)
        .subquery()
    )
    rows = connection().execute(
        select(
            TextEdit.language,
            TextEdit.name,
            TextEdit.sentence,
            TextEdit.most_parts,
            TextEdit.plural,
        ).join(
            newest,
            (TextEdit.language == newest.c.language)
            & (TextEdit.name == newest.c.name)
            & (TextEdit.version == newest.c.version),
        )
    )
    return {
        (language, name): Edited(sentence, most_parts, plural)
        for language, name, sentence, most_parts, plural in rows
        if sentence and _is_known(language, name, sentence, plural)
    }


def _is_known(language: str, name: str, sentence: str, plural: str) -> bool:
    """False for what this release can't write: a row of another one must not stop texts."""
    try:
        return not drafts.faults(language, name, sentence, plural)
    except (KeyError, ValueError):
        return False
