"""The one SQLAlchemy model layer: columns, constraints, tiny row methods."""

from twofactor.models.alerts import Alert
from twofactor.models.audit import AuditEntry
from twofactor.models.authenticators import Authenticator
from twofactor.models.bulk import Batch, Pace
from twofactor.models.consents import Consent
from twofactor.models.delivery import Attempt, EarlyReceipt, Receipt, ReceiptCount
from twofactor.models.fence import FenceCounter
from twofactor.models.freezes import FrozenPhone
from twofactor.models.gateways import GatewayBalance, GatewayState
from twofactor.models.hooks import Hook, HookEvent
from twofactor.models.idempotency import IdempotentAnswer
from twofactor.models.jobs import PeriodicJob
from twofactor.models.limits import LimitSlice
from twofactor.models.links import MailLink
from twofactor.models.mails import Mail
from twofactor.models.messages import Message
from twofactor.models.money import Price, Spending
from twofactor.models.optouts import OptOut, Reply
from twofactor.models.passkeys import Passkey, SpentChallenge
from twofactor.models.people import LoginLink, User
from twofactor.models.pumping import BlockedPlace, ConversionSlice
from twofactor.models.rate_limits import Bucket, RateLimit
from twofactor.models.recovery_codes import RecoveryCode
from twofactor.models.remembered import RememberedBrowser
from twofactor.models.rollups import DeliveryChange, RollupMark
from twofactor.models.routes import Route, RouteChange, RouteRate
from twofactor.models.services import ApiAccount, ApiKey, Service
from twofactor.models.sessions import Session
from twofactor.models.texts import TextEdit
from twofactor.models.verifications import Verification
from twofactor.models.workers import Worker

__all__ = [
    "Alert",
    "ApiAccount",
    "ApiKey",
    "Attempt",
    "AuditEntry",
    "Authenticator",
    "Batch",
    "BlockedPlace",
    "Bucket",
    "Consent",
    "ConversionSlice",
    "DeliveryChange",
    "EarlyReceipt",
    "FenceCounter",
    "FrozenPhone",
    "GatewayBalance",
    "GatewayState",
    "Hook",
    "HookEvent",
    "IdempotentAnswer",
    "LimitSlice",
    "LoginLink",
    "Mail",
    "MailLink",
    "Message",
    "OptOut",
    "Pace",
    "Passkey",
    "PeriodicJob",
    "Price",
    "RateLimit",
    "Receipt",
    "ReceiptCount",
    "RecoveryCode",
    "RememberedBrowser",
    "Reply",
    "RollupMark",
    "Route",
    "RouteChange",
    "RouteRate",
    "Service",
    "Session",
    "Spending",
    "SpentChallenge",
    "TextEdit",
    "User",
    "Verification",
    "Worker",
]
