"""The one SQLAlchemy model layer: columns, constraints, tiny row methods."""

from twofactor.models.audit import AuditEntry
from twofactor.models.authenticators import Authenticator
from twofactor.models.bulk import Batch, Pace
from twofactor.models.delivery import Attempt, Receipt
from twofactor.models.fence import FenceCounter
from twofactor.models.jobs import PeriodicJob
from twofactor.models.limits import LimitSlice
from twofactor.models.messages import Message
from twofactor.models.people import LoginLink, User
from twofactor.models.sessions import Session
from twofactor.models.verifications import Verification
from twofactor.models.workers import Worker

__all__ = [
    "Attempt",
    "AuditEntry",
    "Authenticator",
    "Batch",
    "FenceCounter",
    "LimitSlice",
    "LoginLink",
    "Message",
    "Pace",
    "PeriodicJob",
    "Receipt",
    "Session",
    "User",
    "Verification",
    "Worker",
]
