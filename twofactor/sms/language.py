"""What a language must say, and how it counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from twofactor.sms.segments import Encoding
from twofactor.words import Purpose


class Notice(StrEnum):
    """What a notice tells of."""

    PHONE_ADDED = "phone_added"
    PHONE_CHANGED = "phone_changed"
    PHONE_REMOVED = "phone_removed"
    APP_CHANGED = "app_changed"
    PASSKEY_CHANGED = "passkey_changed"
    RECOVERY_CODES_CHANGED = "recovery_codes_changed"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_LINK_USED = "recovery_link_used"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an event
    LOCKED = "locked"
    PHONE_WITHDRAWN = "phone_withdrawn"
    EMAIL_CHANGED = "email_changed"
    WRONG_CODES = "wrong_codes"


Row = tuple[str, ...]

ENGLISH_ALERT = (  # operators read English: the runbook does too
    "{brand} alert: {reason}. See Alerts.",
    "Alert: {reason}. See Alerts.",
)


@dataclass(frozen=True, slots=True)
class Language:
    """All sentences of one language."""

    plural: Callable[[int], str]  # a count to the name of its plural form
    code: Mapping[tuple[Purpose, str], Row]  # by purpose and plural form of the minutes
    bare_code: str  # for a very long host: nothing but the code
    warning: str  # the words that every text with a code tells, where they fit
    notice: Mapping[Notice, Row]
    not_me: Row  # what to do: with link and keyword, with the keyword alone; stands for {url}
    invitation: Row
    trial: Row
    alert: Row = ENGLISH_ALERT
    encoding: Encoding = Encoding.GSM7  # UCS-2 only where the letters leave no choice
    most_parts: int = 1  # segments of a text, where none of a row fits one


def one_or_other(number: int) -> str:
    """Plural forms of languages that count 1 alone."""
    return "one" if number == 1 else "other"
