"""Second factors other than a code by text, as the login and the step-up check them.

Each counts the try first and commits, so that no later error can take the count back, and runs
`on_approval` in the transaction that approves.
"""

from collections.abc import Callable

from flask import request
from flask_wtf import FlaskForm

from twofactor import audit
from twofactor.house import house
from twofactor.models import Session
from twofactor.models.database import transaction
from twofactor.sms.sentences import Notice
from twofactor.verify import (
    apps,
    authenticators,
    codes,
    limits,
    notices,
    passkeys,
    recovery,
    totp,
)
from twofactor.verify.codes import UnreadableCode
from twofactor.verify.passkeys import BadPasskey
from twofactor.words import AuditEvent, AuthenticatorKind, Purpose
from webapp.forms import complain
from webapp.session import visitor

WRONG_PASSKEY = "That passkey did not work. Try again, or use another way"
WRONG_APP_CODE = "Enter a correct code from the app. Wait for the next one if you used this one"
WRONG_RECOVERY_CODE = "Enter a correct recovery code that you have not used yet"

Approval = Callable[[], None]


def is_app_code_right(form: FlaskForm, session: Session, on_approval: Approval) -> bool:
    """Check what was typed against the app. Raises LimitReached."""
    kit, user, at = house().kit, session.user, house().kit.now()
    try:
        code = codes.read(form["code"].data or "", totp.DIGITS)
    except UnreadableCode as error:
        complain(form, "code", error.reason)
        return False
    with transaction():
        limits.hit_all(kit, limits.APP_GUESSES, user.sid, at)
    with transaction():
        app = authenticators.live_app(user.id)
        if right := app is not None and apps.take(kit, app, code):
            limits.refund_all(kit, limits.APP_GUESSES, user.sid, at)
            on_approval()
        _note(session, AuthenticatorKind.APP, right=right)
    if not right:
        complain(form, "code", WRONG_APP_CODE)
    return right


def is_recovery_code_right(form: FlaskForm, session: Session, on_approval: Approval) -> bool:
    """Check what was typed against the recovery codes, and use up the right one.

    Raises LimitReached.
    """
    kit, user = house().kit, session.user
    try:
        code = recovery.read(form["code"].data or "")
    except UnreadableCode as error:
        complain(form, "code", error.reason)
        return False
    with transaction():
        limits.hit_all(kit, limits.RECOVERY_GUESSES, user.sid, kit.now())
    found = recovery.find(user.id, code)
    with transaction():
        right = found is not None and recovery.spend(kit, found, user.id, visitor())
        if right:
            on_approval()
            notices.tell(kit, user, Notice.RECOVERY_CODE_USED, visitor())
        _note(session, AuthenticatorKind.RECOVERY, right=right)
    if right:
        house().sender.wake()
    else:
        complain(form, "code", WRONG_RECOVERY_CODE)
    return right


def is_passkey_right(
    form: FlaskForm, session: Session, purpose: Purpose, on_approval: Approval
) -> bool:
    """Check the browser's answer to this session's challenge, in the field `credential`."""
    kit, answer = house().kit, request.form.get("credential", "")
    try:
        with transaction():
            passkey = passkeys.check(kit, answer, session, purpose)
            authenticators.note_use(kit, passkey.authenticator_id)
            on_approval()
            _note(session, AuthenticatorKind.PASSKEY, right=True)
    except BadPasskey:
        with transaction():
            _note(session, AuthenticatorKind.PASSKEY, right=False)
        complain(form, "code", WRONG_PASSKEY)
        return False
    return True


def _note(session: Session, factor: AuthenticatorKind, *, right: bool) -> None:
    event = AuditEvent.CODE_RIGHT if right else AuditEvent.CODE_WRONG
    detail = {"factor": factor.value, "session": session.sid}
    audit.write(house().kit, event, session.user_id, visitor(), **detail)
