"""A create that is sent again with the same token answers the same, and creates nothing."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from api.errors import ApiError, invalid
from api.numbers import CONFLICT
from api.operation import Answer, Call
from twofactor.models import IdempotentAnswer
from twofactor.models.database import changed, connection, dialect_name
from twofactor.models.idempotency import place_of

KEPT = timedelta(hours=24)
HEADERS = ("Idempotency-Key", "I-Twilio-Idempotency-Token")
MOST_CHARACTERS = 255


def once(call: Call, token: str, request_text: str, run: Callable[[], Answer]) -> Answer:
    """Run, or repeat what the first run answered. Belongs inside the create's transaction, so that
    a create that failed may be tried again. Raises ApiError."""
    if not token.isascii() or not token.isprintable() or len(token) > MOST_CHARACTERS:
        raise invalid(f"the idempotency key must be 1 to {MOST_CHARACTERS} ASCII characters")
    kit, now = call.kit, call.kit.now()
    old = delete(IdempotentAnswer).where(
        IdempotentAnswer.account_id == call.caller.account_id,
        IdempotentAnswer.created_at < now - KEPT,
    )
    changed(old)
    token_hash = kit.keyring.hash_token(token)
    name = {"account_id": call.caller.account_id, "token_hash": token_hash}
    request_hash = hashlib.sha256(request_text.encode()).hexdigest()
    place = place_of(token_hash)
    if _claim({**name, "request_hash": request_hash, "created_at": now, "status": 0}):
        answer = run()
        sealed = kit.keyring.seal(json.dumps(answer.body), place)
        row = update(IdempotentAnswer).filter_by(**name)
        changed(row.values(status=answer.status, body_sealed=sealed))
        return answer
    first = connection().execute(select(IdempotentAnswer).filter_by(**name)).one()
    if first.request_hash != request_hash or first.body_sealed is None:
        raise ApiError(409, CONFLICT, "This idempotency key belongs to another request")
    return Answer(first.status, json.loads(kit.keyring.unseal(first.body_sealed, place)))


def _claim(row: dict[str, object]) -> bool:
    """True for whoever comes first; a second one waits for the first to commit."""
    dialect = sqlite if dialect_name() == "sqlite" else postgresql
    once = dialect.insert(IdempotentAnswer).values(row).on_conflict_do_nothing()
    return connection().scalar(once.returning(IdempotentAnswer.id)) is not None
