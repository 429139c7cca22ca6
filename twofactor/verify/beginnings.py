"""A verification as it begins."""

from datetime import datetime, timedelta

from twofactor import ids
from twofactor.kit import Kit
from twofactor.models.verifications import code_place, phone_place
from twofactor.sms.sentences import DEFAULT_LANGUAGE
from twofactor.verify.entries import Entry
from twofactor.verify.targets import Target
from twofactor.words import VerificationStatus


def entry(kit: Kit, target: Target, code: str, now: datetime) -> Entry:
    """The verification of `target` with its one text; no row yet."""
    rules, sid = kit.settings.codes, ids.dated_sid(ids.VERIFICATION, now)
    return Entry(
        id=0,
        sid=sid,
        purpose=target.purpose.value,
        channel=target.channel.value,
        user_id=target.session.user_id if target.session else None,
        session_id=target.session.id if target.session else None,
        authenticator_id=target.authenticator_id,
        service_id=target.service.id if target.service else None,
        phone_sealed=kit.keyring.seal(target.phone.e164, phone_place(sid)),
        phone_fingerprint=kit.keyring.fingerprint(target.phone.e164),
        country=target.phone.country,
        code_digest=kit.keyring.digest_code(sid, code),
        code_sealed=kit.keyring.seal(code, code_place(sid)),
        code_length=len(code),
        language=target.language or _own_language(target),
        brand=target.style.brand,
        app_hash=target.style.app_hash,
        is_watched=target.is_guarded and not target.is_verified,
        tags=dict(target.tags),
        status=VerificationStatus.PENDING.value,
        checks=0,
        max_checks=rules.max_checks,
        sends=1,
        max_sends=rules.max_sends,
        created_at=now,
        expires_at=now + timedelta(seconds=rules.lifetime_seconds),
        next_send_at=now + timedelta(seconds=rules.wait_after(1)),
        settled_at=None,
        told=None,
    )


def _own_language(target: Target) -> str:
    return target.session.user.language if target.session else DEFAULT_LANGUAGE
