"""The one SQLAlchemy model layer: columns, constraints, tiny row methods."""

from twofactor.models.audit import AuditEntry
from twofactor.models.authenticators import Authenticator
from twofactor.models.consents import Consent
from twofactor.models.delivery import Attempt, Receipt
from twofactor.models.fence import FenceCounter
from twofactor.models.freezes import FrozenPhone
from twofactor.models.jobs import PeriodicJob
from twofactor.models.limits import LimitSlice
from twofactor.models.links import MailLink
from twofactor.models.mails import Mail
from twofactor.models.messages import Message
from twofactor.models.passkeys import Passkey, SpentChallenge
from twofactor.models.people import LoginLink, User
from twofactor.models.recovery_codes import RecoveryCode
from twofactor.models.remembered import RememberedBrowser
from twofactor.models.sessions import Session
from twofactor.models.verifications import Verification

__all__ = [
    "Attempt",
    "AuditEntry",
    "Authenticator",
    "Consent",
    "FenceCounter",
    "FrozenPhone",
    "LimitSlice",
    "LoginLink",
    "Mail",
    "MailLink",
    "Message",
    "Passkey",
    "PeriodicJob",
    "Receipt",
    "RecoveryCode",
    "RememberedBrowser",
    "Session",
    "SpentChallenge",
    "User",
    "Verification",
]
