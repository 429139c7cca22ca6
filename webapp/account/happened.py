"""What happened on an account, in words."""

from twofactor.words import AuditEvent

_SENTENCES = {
    AuditEvent.SIGNED_UP: "You created this account",
    AuditEvent.PASSWORD_RIGHT: "Right password",
    AuditEvent.PASSWORD_WRONG: "Wrong password",
    AuditEvent.PASSWORD_SET: "Password set",
    AuditEvent.LOGGED_IN: "Logged in",
    AuditEvent.LOGGED_OUT: "Logged out",
    AuditEvent.SESSION_ENDED: "A session was ended",
    AuditEvent.CODE_SENT: "Security code sent",
    AuditEvent.CODE_RIGHT: "Right security code",
    AuditEvent.CODE_WRONG: "Wrong security code",
    AuditEvent.CODE_EXHAUSTED: "Too many wrong security codes",
    AuditEvent.PHONE_ENROLLED: "Phone added",
    AuditEvent.PHONE_REMOVED: "Phone removed",
    AuditEvent.LIMIT_REACHED: "A limit was reached",
    AuditEvent.TEXTS_STOPPED: "Your phone answered STOP: no more texts",
    AuditEvent.TEXTS_RESTORED: "Texts to your phone again after STOP",
    AuditEvent.HELP_ASKED: "Your phone asked for help by text",
    AuditEvent.OPERATOR_INVITED: "Invited as operator",
    AuditEvent.PHONE_CHANGED: "Phone changed",
    AuditEvent.PHONE_WITHDRAWN: "Phone withdrawn: somebody else confirmed its number as theirs",
    AuditEvent.APP_ENROLLED: "Authenticator app added",
    AuditEvent.APP_REMOVED: "Authenticator app removed",
    AuditEvent.PASSKEY_ENROLLED: "Passkey added",
    AuditEvent.PASSKEY_RENAMED: "Passkey renamed",
    AuditEvent.PASSKEY_REMOVED: "Passkey removed",
    AuditEvent.RECOVERY_CODES_MADE: "New recovery codes made",
    AuditEvent.RECOVERY_CODE_USED: "Recovery code used",
    AuditEvent.RECOVERY_CODES_REMOVED: "Old recovery codes ended",
    AuditEvent.BROWSER_REMEMBERED: "Browser remembered",
    AuditEvent.BROWSER_FORGOTTEN: "Browser forgotten",
    AuditEvent.RESET_ASKED: "Link to set a new password asked for",
    AuditEvent.EMAIL_CONFIRMED: "E-mail address confirmed",
    AuditEvent.EMAIL_CHANGED: "E-mail address changed",
    AuditEvent.REPORTED: "You reported: this was not me",
    AuditEvent.NOTICE_SENT: "Security notice sent",
    AuditEvent.PREFERENCES_SET: "Preferences changed",
    AuditEvent.DATA_EXPORTED: "Data downloaded",
    AuditEvent.USER_UNLOCKED: "Unlocked by the operator",
    AuditEvent.RECOVERY_LINK_SENT: "Support sent a link to log in without the second step",
    AuditEvent.RECOVERY_LINK_USED: "Link from support used",
}


def in_words(event: str) -> str:
    """The sentence for an event of the audit; its own word where somebody forgot to give one."""
    return _SENTENCES.get(AuditEvent(event), event)
