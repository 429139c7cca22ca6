"""Passkeys (WebAuthn level 3): enrolled, checked, named, removed.

A passkey that verified its person (by finger, face or PIN) counts as both factors; after a password
possession is enough. The relying party is the host of PUBLIC_URL, so a passkey works nowhere else.
"""

import base64
import ipaddress
import json
from typing import Any, cast

from sqlalchemy import delete, select, update

from twofactor import audit, ids
from twofactor.browser import in_words
from twofactor.config.settings import Settings
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import Authenticator, Passkey, Session, User
from twofactor.models.database import changed
from twofactor.verify import authenticators, challenges
from twofactor.words import AuditEvent, AuthenticatorKind, Purpose

NAME_LENGTH = 60
MOST = 20  # of one user
PATIENCE_MILLISECONDS = 60_000


class BadPasskey(Exception):
    """Not an answer of one of this person's passkeys to a challenge of ours."""


def are_possible(settings: Settings) -> bool:
    """False at an address without a name, such as 127.0.0.1: browsers refuse passkeys there."""
    try:
        ipaddress.ip_address(settings.host)
    except ValueError:
        return True
    return False


def of_user(user_id: int) -> list[Passkey]:
    """A user's passkeys, oldest first."""
    live = [a.id for a in authenticators.of_kind(user_id, AuthenticatorKind.PASSKEY)]
    rows = select(Passkey).where(Passkey.authenticator_id.in_(live))
    return list(db.session.scalars(rows.order_by(Passkey.authenticator_id)))


def creation_options(kit: Kit, session: Session) -> dict[str, Any]:
    """What the browser's `navigator.credentials.create` takes, as JSON."""
    from webauthn import generate_registration_options
    from webauthn.helpers import base64url_to_bytes, options_to_json_dict
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=kit.settings.host,
        rp_name=kit.settings.brand,
        user_id=session.user.sid.encode(),
        user_name=session.user.email,
        challenge=challenges.issue(kit, session, Purpose.ENROL),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(p.credential_id))
            for p in of_user(session.user_id)
        ],
    )
    return options_to_json_dict(options)


def request_options(kit: Kit, session: Session | None, purpose: Purpose) -> dict[str, Any]:
    """What `navigator.credentials.get` takes. Without a session any of our passkeys may answer.

    Written out, because the login page shows it and need not load all of WebAuthn for that.
    """
    known = of_user(session.user_id) if session else []
    challenge = challenges.issue(kit, session, purpose)
    return {
        "challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
        "timeout": PATIENCE_MILLISECONDS,
        "rpId": kit.settings.host,
        "allowCredentials": [{"type": "public-key", "id": p.credential_id} for p in known],
        "userVerification": "preferred" if session else "required",
    }


def enrol(kit: Kit, session: Session, answer: str, name: str, visitor: Visitor) -> Authenticator:
    """Add the passkey that the browser just made. Raises BadPasskey."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _spent_challenge(kit, answer, session, Purpose.ENROL)
    if len(of_user(session.user_id)) >= MOST:
        raise BadPasskey("too many")
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=kit.settings.host,
            expected_origin=kit.settings.public_url,
        )
    except WebAuthnException as error:
        raise BadPasskey(type(error).__name__) from error
    credential_id = bytes_to_base64url(made.credential_id)
    if _by_credential(credential_id) is not None:
        raise BadPasskey("known already")
    fresh = Authenticator(
        sid=ids.new_sid(ids.AUTHENTICATOR),
        user_id=session.user_id,
        kind=AuthenticatorKind.PASSKEY.value,
        name=_name(name, visitor),
        created_at=kit.now(),
    )
    db.session.add(fresh)
    db.session.flush()
    row = Passkey(
        authenticator_id=fresh.id,
        credential_id=credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        is_synced=made.credential_backed_up,
    )
    db.session.add(row)
    authenticators.confirm(kit, fresh.id, visitor)
    return fresh


def check(kit: Kit, answer: str, session: Session | None, purpose: Purpose) -> Passkey:
    """The passkey that answered, in the caller's transaction.

    With a session only its own user's passkeys count. Raises BadPasskey.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _spent_challenge(kit, answer, session, purpose)
    passkey = _by_credential(str(_parsed(answer).get("id", "")))
    if passkey is None or not passkey.authenticator.is_live:
        raise BadPasskey("unknown")
    if session is not None and passkey.authenticator.user_id != session.user_id:
        raise BadPasskey("of somebody else")
    try:
        seen = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=kit.settings.host,
            expected_origin=kit.settings.public_url,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=session is None,
        )
    except WebAuthnException as error:
        raise BadPasskey(type(error).__name__) from error
    row = update(Passkey).where(
        Passkey.authenticator_id == passkey.authenticator_id,
        Passkey.sign_count == passkey.sign_count,
    )
    if changed(row.values(sign_count=seen.new_sign_count)) != 1:
        raise BadPasskey("used twice at once")
    return passkey


def rename(kit: Kit, user: User, sid: str, name: str, visitor: Visitor) -> bool:
    """Give a passkey a name of the person's own. False when there is none by this sid."""
    row = update(Authenticator).where(
        Authenticator.sid == sid,
        Authenticator.user_id == user.id,
        Authenticator.kind == AuthenticatorKind.PASSKEY,
        Authenticator.removed_at.is_(None),
    )
    if changed(row.values(name=_name(name, visitor))) != 1:
        return False
    audit.write(kit, AuditEvent.PASSKEY_RENAMED, user.id, visitor, authenticator=sid)
    return True


def remove(kit: Kit, user: User, sid: str, visitor: Visitor) -> bool:
    """Take a passkey away. False when there is none by this sid."""
    owned = [p for p in of_user(user.id) if p.authenticator.sid == sid]
    if not owned or not authenticators.remove(kit, user, sid, visitor):
        return False
    ended = [p.authenticator_id for p in owned]
    changed(delete(Passkey).where(Passkey.authenticator_id.in_(ended)))
    return True


def _spent_challenge(kit: Kit, answer: str, session: Session | None, purpose: Purpose) -> bytes:
    from webauthn.helpers import base64url_to_bytes, parse_client_data_json

    try:
        client = base64url_to_bytes(_parsed(answer)["response"]["clientDataJSON"])
        challenge = parse_client_data_json(client).challenge
    except Exception as error:  # whatever a stranger sends
        raise BadPasskey("unreadable") from error
    if not challenges.spend(kit, challenge, session, purpose):
        raise BadPasskey("the challenge is not ours, used or too old")
    return challenge


def _parsed(answer: str) -> dict[str, Any]:
    try:
        return cast(dict[str, Any], dict(json.loads(answer)))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadPasskey("unreadable") from error


def _by_credential(credential_id: str) -> Passkey | None:
    return db.session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))


def _name(typed: str, visitor: Visitor) -> str:
    name = " ".join("".join(c for c in typed if c.isprintable()).split())[:NAME_LENGTH]
    return name or f"Made with {in_words(visitor.user_agent)}"[:NAME_LENGTH]
