"""Recovery codes: ten a set, 100 bits each, shown once, each good for one login (S-12).

A code reads `SSSS-XXXX-XXXX-XXXX-XXXX-XXXX`: the first group finds the row, so that a try costs one
slow hash and no more; the other twenty characters (base32, RFC 4648) are the secret.
"""

import secrets
import unicodedata
from collections.abc import Callable, Sequence

from sqlalchemy import func, select, update

from twofactor import audit, ids
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import Authenticator, RecoveryCode, User
from twofactor.models.database import changed
from twofactor.verify import authenticators, passwords
from twofactor.verify.codes import SEPARATORS, UnreadableCode
from twofactor.words import AuditEvent, AuthenticatorKind

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
LOOKALIKES = str.maketrans("018", "OIB")  # digits that base32 does not use
CODES = 10
SELECTOR_LENGTH = 4
SECRET_LENGTH = 20  # 100 bits
GROUP = 4
UNREADABLE = "Enter a recovery code, all 24 letters and numbers of it"


def draw(choice: Callable[[Sequence[str]], str] = secrets.choice) -> list[str]:
    """The codes of a new set, with selectors that differ."""
    codes: dict[str, str] = {}
    while len(codes) < CODES:
        code = "".join(choice(ALPHABET) for _ in range(SELECTOR_LENGTH + SECRET_LENGTH))
        codes[code[:SELECTOR_LENGTH]] = code
    return list(codes.values())


def grouped(code: str) -> str:
    """As it is printed: groups of four."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read(typed: str) -> str:
    """The code a person means, in any case and with any separators. Raises UnreadableCode."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    code = "".join(c for c in plain if c not in SEPARATORS and not c.isspace())
    code = code.translate(LOOKALIKES)
    if len(code) != SELECTOR_LENGTH + SECRET_LENGTH or not set(code) <= set(ALPHABET):
        raise UnreadableCode(UNREADABLE)
    return code


def hashed(codes: list[str]) -> dict[str, str]:
    """What is stored: selector to slow hash. Takes about 25 ms a code, so outside a transaction."""
    return {code[:SELECTOR_LENGTH]: passwords.hashed(code[SELECTOR_LENGTH:]) for code in codes}


def replace(kit: Kit, user: User, hashes: dict[str, str], visitor: Visitor) -> Authenticator:
    """A new set that counts at once; the old one no longer does."""
    for old in authenticators.of_kind(user.id, AuthenticatorKind.RECOVERY):
        authenticators.remove(kit, user, old.sid, visitor)
    fresh = Authenticator(
        sid=ids.new_sid(ids.AUTHENTICATOR),
        user_id=user.id,
        kind=AuthenticatorKind.RECOVERY.value,
        created_at=kit.now(),
        confirmed_at=kit.now(),
    )
    db.session.add(fresh)
    db.session.flush()
    for selector, code_hash in hashes.items():
        row = RecoveryCode(authenticator_id=fresh.id, selector=selector, code_hash=code_hash)
        db.session.add(row)
    audit.write(
        kit, AuditEvent.RECOVERY_CODES_MADE, user.id, visitor, authenticator=fresh.sid, codes=CODES
    )
    return fresh


def left(user_id: int) -> int:
    """How many codes of the present set are unused."""
    sets = [a.id for a in authenticators.of_kind(user_id, AuthenticatorKind.RECOVERY)]
    unused = select(func.count()).where(
        RecoveryCode.authenticator_id.in_(sets), RecoveryCode.used_at.is_(None)
    )
    return db.session.scalar(unused) or 0


def find(user_id: int, code: str) -> RecoveryCode | None:
    """The unused code that is right. Costs one slow hash, whether or not a row is found."""
    sets = [a.id for a in authenticators.of_kind(user_id, AuthenticatorKind.RECOVERY)]
    by_selector = select(RecoveryCode).where(
        RecoveryCode.authenticator_id.in_(sets),
        RecoveryCode.selector == code[:SELECTOR_LENGTH],
        RecoveryCode.used_at.is_(None),
    )
    row = db.session.scalar(by_selector)
    right = passwords.is_right(row.code_hash if row else "", code[SELECTOR_LENGTH:])
    return row if right else None


def spend(kit: Kit, row: RecoveryCode, user_id: int, visitor: Visitor) -> bool:
    """Use a code up; False for whoever comes second."""
    unused = update(RecoveryCode).where(
        RecoveryCode.id == row.id,
        RecoveryCode.used_at.is_(None),
        RecoveryCode.authenticator_id.in_(
            select(Authenticator.id).where(Authenticator.removed_at.is_(None))
        ),
    )
    if changed(unused.values(used_at=kit.now())) != 1:
        return False
    authenticators.note_use(kit, row.authenticator_id)
    audit.write(kit, AuditEvent.RECOVERY_CODE_USED, user_id, visitor, left=left(user_id))
    return True
