"""The one SQLAlchemy model layer: columns, constraints, tiny row methods."""

from twofactor.models.audit import AuditEntry
from twofactor.models.authenticators import Authenticator
from twofactor.models.delivery import Attempt, Receipt
from twofactor.models.fence import FenceCounter
from twofactor.models.hooks import Hook, HookEvent
from twofactor.models.idempotency import IdempotentAnswer
from twofactor.models.jobs import PeriodicJob
from twofactor.models.limits import LimitSlice
from twofactor.models.messages import Message
from twofactor.models.people import LoginLink, User
from twofactor.models.rate_limits import Bucket, RateLimit
from twofactor.models.services import ApiAccount, ApiKey, Service
from twofactor.models.sessions import Session
from twofactor.models.verifications import Verification

__all__ = [
    "ApiAccount",
    "ApiKey",
    "Attempt",
    "AuditEntry",
    "Authenticator",
    "Bucket",
    "FenceCounter",
    "Hook",
    "HookEvent",
    "IdempotentAnswer",
    "LimitSlice",
    "LoginLink",
    "Message",
    "PeriodicJob",
    "RateLimit",
    "Receipt",
    "Service",
    "Session",
    "User",
    "Verification",
]
