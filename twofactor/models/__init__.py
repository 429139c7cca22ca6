"""The one SQLAlchemy model layer: columns, constraints, tiny row methods."""

from twofactor.models.alerts import Alert
from twofactor.models.audit import AuditEntry
from twofactor.models.authenticators import Authenticator
from twofactor.models.delivery import Attempt, Receipt
from twofactor.models.fence import FenceCounter
from twofactor.models.jobs import PeriodicJob
from twofactor.models.limits import LimitSlice
from twofactor.models.messages import Message
from twofactor.models.people import LoginLink, User
from twofactor.models.rollups import DeliveryChange, RollupMark
from twofactor.models.sessions import Session
from twofactor.models.verifications import Verification

__all__ = [
    "Alert",
    "Attempt",
    "AuditEntry",
    "Authenticator",
    "DeliveryChange",
    "FenceCounter",
    "LimitSlice",
    "LoginLink",
    "Message",
    "PeriodicJob",
    "Receipt",
    "RollupMark",
    "Session",
    "User",
    "Verification",
]
