"""The one SQLAlchemy model layer: columns, constraints, tiny row methods."""

from twofactor.models.audit import AuditEntry
from twofactor.models.authenticators import Authenticator
from twofactor.models.delivery import Attempt, Receipt
from twofactor.models.fence import FenceCounter
from twofactor.models.gateways import GatewayState
from twofactor.models.jobs import PeriodicJob
from twofactor.models.limits import LimitSlice
from twofactor.models.messages import Message
from twofactor.models.money import Price, Spending
from twofactor.models.people import LoginLink, User
from twofactor.models.routes import Route, RouteChange, RouteRate
from twofactor.models.sessions import Session
from twofactor.models.verifications import Verification

__all__ = [
    "Attempt",
    "AuditEntry",
    "Authenticator",
    "FenceCounter",
    "GatewayState",
    "LimitSlice",
    "LoginLink",
    "Message",
    "PeriodicJob",
    "Price",
    "Receipt",
    "Route",
    "RouteChange",
    "RouteRate",
    "Session",
    "Spending",
    "User",
    "Verification",
]
