"""Every word the product counts with, one line of meaning each; the code twin of the glossary.

The values are what the database, the JSON answers and the pages show: they never change.
"""

from enum import StrEnum


class Status(StrEnum):
    """What is known of a message or an attempt; gateways' own words are mapped to these."""

    QUEUED = "queued"  # waiting with us, or with the gateway
    SENT = "sent"  # handed to the network; nothing heard from the phone yet
    DELIVERED = "delivered"  # the gateway says it reached the phone
    UNDELIVERED = "undelivered"  # the gateway says it did not arrive
    FAILED = "failed"  # nobody took it
    EXPIRED = "expired"  # not delivered within its validity
    REJECTED = "rejected"  # blocked by gateway, carrier or opt-out

    @property
    def is_final(self) -> bool:
        """True when no ordinary receipt follows (a late `delivered` still may)."""
        return self not in (Status.QUEUED, Status.SENT)

    @property
    def is_failure(self) -> bool:
        """True when this text will not arrive, so that the next one need not wait."""
        return self.is_final and self is not Status.DELIVERED


class ErrorClass(StrEnum):
    """Who has to act on a gateway's refusal. Fine codes are kept, never branched on."""

    RETRY = "retry"  # passing: the same text may go through later or elsewhere
    BAD_PHONE = "bad_phone"  # this number can't receive texts
    BLOCKED = "blocked"  # filtered by gateway, carrier or fraud guard
    OPTED_OUT = "opted_out"  # the person sent STOP
    ROUTE = "route"  # this gateway can't reach this destination; another may
    ACCOUNT = "account"  # our account with the gateway: credentials, money, sender ID
    EXPIRED = "expired"  # validity ran out on the way
    UNCLASSIFIED = "unclassified"  # a code nobody has described yet


class ReceiptFate(StrEnum):
    """What became of one receipt, or of a callback that was not taken."""

    TAKEN = "taken"  # a new fact about a text of ours
    KNOWN = "known"  # had been taken before
    EARLY = "early"  # kept until the call that sends the text returns
    UNKNOWN = "unknown"  # about no text of ours
    REFUSED = "refused"  # the callback's signature or token was missing or wrong
    MALFORMED = "malformed"  # rightly signed, but not readable
    NOT_STORED = "not_stored"  # the database did not take it; the gateway comes again


class ReceiptFlag(StrEnum):
    """What is odd about a receipt that was taken and moved nothing."""

    OLD = "old"  # its message is older than seven days
    CONTRADICTS = "contradicts"  # another final status had been reported before


class Policy(StrEnum):
    """What routing goes by where several gateways are in order."""

    PREFER = "prefer"  # the operator's order
    QUALITY = "quality"  # the most codes that come back
    COST = "cost"  # the cheapest of those nearly as good as the best


class Keyword(StrEnum):
    """What a person may ask for by text."""

    STOP = "stop"  # no more texts of any kind
    START = "start"  # texts again
    HELP = "help"  # who are you?
    NOT_ME = "not_me"  # somebody else is using my account, or my number


class OptOutSource(StrEnum):
    """Who told us that a phone wants no texts."""

    TEXT = "text"  # the person, by STOP
    GATEWAY = "gateway"  # the gateway refused a text, since it had been told STOP


class Purpose(StrEnum):
    """Why a text is sent; a code is good for its purpose only."""

    LOGIN = "login"  # second step of a login
    ENROL = "enrol"  # confirm a phone before it counts
    STEP_UP = "step_up"  # confirm a person who is logged in already
    API = "api"  # asked for by a service over the API
    NOTICE = "notice"  # tells of something that happened; holds no code
    INVITATION = "invitation"  # asks an imported user to set the account up
    TEST = "test"  # an operator tries a gateway
    HELP = "help"  # answers a text that asked for help


CODED = (Purpose.LOGIN, Purpose.ENROL, Purpose.STEP_UP, Purpose.API)  # texts that hold a code


class Priority(StrEnum):
    """How urgent a text is; each has its own line, and bulk waits while anything else does."""

    NOW = "now"  # somebody waits for it
    BULK = "bulk"  # one of many, sent at the gateway's pace


class Channel(StrEnum):
    """How a code travels."""

    SMS = "sms"
    CALL = "call"


class VerificationStatus(StrEnum):
    """Life of a verification, in the words of Twilio Verify."""

    PENDING = "pending"
    APPROVED = "approved"
    CANCELED = "canceled"
    EXPIRED = "expired"
    MAX_ATTEMPTS_REACHED = "max_attempts_reached"


class AuthenticatorKind(StrEnum):
    """What a user can enrol as a second factor."""

    PHONE = "phone"
    APP = "app"  # time-based codes (RFC 6238)
    PASSKEY = "passkey"  # WebAuthn credential
    RECOVERY = "recovery"  # printed single-use codes


class SessionState(StrEnum):
    """How far a browser has come."""

    HALF = "half"  # password right, second factor pending
    FULL = "full"  # logged in


class MailStatus(StrEnum):
    """What is known of a mail."""

    ASKED = "asked"  # somebody asked for it; its words are written when its turn comes
    QUEUED = "queued"  # waiting with us
    SENT = "sent"  # the mail server took it, or in development: shown in the simulated mailbox
    FAILED = "failed"  # nobody took it


class LinkPurpose(StrEnum):
    """What a link in a mail is for; it is good for nothing else."""

    RESET = "reset"  # set a new password
    CONFIRM_EMAIL = "confirm_email"  # prove an address
    CHANGE_EMAIL = "change_email"  # prove a new address, which then replaces the old one
    REPORT = "report"  # "this was not me": undo and freeze
    RECOVER = "recover"  # stands for the second factor, once, after an operator's help


class CheckOutcome(StrEnum):
    """What one check of a code found."""

    APPROVED = "approved"
    WRONG = "wrong"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"  # no checks left
    GONE = "gone"  # no live verification: used, cancelled, replaced


class HookStatus(StrEnum):
    """What became of a webhook to a program."""

    WAITING = "waiting"  # to be told, for the first time or again
    TOLD = "told"  # answered with 2xx
    GIVEN_UP = "given_up"  # refused every try


class Scope(StrEnum):
    """What an API key may do."""

    SERVICES = "services"  # make, change and delete services and their rate limits
    VERIFY = "verify"  # start, cancel and check verifications
    ATTEMPTS = "attempts"  # read what became of the texts
    APPROVE = "approve"  # say that a verification is approved, without its code
    CUSTOM_CODE = "custom_code"  # bring codes of one's own
    UNGUARDED = "unguarded"  # switch the guard against pumping off for one verification


class AlertKind(StrEnum):
    """What an operator is alerted to."""

    DELIVERY_LOW = "delivery_low"  # of a gateway in a country, below its own norm
    CONVERSION_LOW = "conversion_low"  # likewise
    LATENCY_HIGH = "latency_high"  # likewise
    PRICE_JUMP = "price_jump"  # likewise
    RECEIPTS_STOPPED = "receipts_stopped"  # of a gateway
    SIGNATURES_FAILING = "signatures_failing"  # callbacks that no gateway signed
    BALANCE_LOW = "balance_low"  # money left with a gateway
    BUDGET_USED = "budget_used"  # most of the day's texts are sent
    MONEY_USED = "money_used"  # most of the day's money is spent
    PUMPING = "pumping"  # hardly any code to new phones of a country comes back


class AuditEvent(StrEnum):
    """What the audit keeps; each in the transaction that did it."""

    SIGNED_UP = "signed_up"
    PASSWORD_RIGHT = "password_right"  # noqa: S105
    PASSWORD_WRONG = "password_wrong"  # noqa: S105
    PASSWORD_SET = "password_set"  # noqa: S105
    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    SESSION_ENDED = "session_ended"
    CODE_SENT = "code_sent"
    CODE_RIGHT = "code_right"
    CODE_WRONG = "code_wrong"
    CODE_EXHAUSTED = "code_exhausted"
    PHONE_ENROLLED = "phone_enrolled"
    PHONE_REMOVED = "phone_removed"
    PHONE_CHANGED = "phone_changed"
    PHONE_WITHDRAWN = "phone_withdrawn"
    APP_ENROLLED = "app_enrolled"
    APP_REMOVED = "app_removed"
    PASSKEY_ENROLLED = "passkey_enrolled"
    PASSKEY_RENAMED = "passkey_renamed"
    PASSKEY_REMOVED = "passkey_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_REMOVED = "recovery_codes_removed"
    BROWSER_REMEMBERED = "browser_remembered"
    BROWSER_FORGOTTEN = "browser_forgotten"
    RESET_ASKED = "reset_asked"
    EMAIL_CONFIRMED = "email_confirmed"
    EMAIL_CHANGED = "email_changed"
    REPORTED = "reported"  # "this was not me"
    NOTICE_SENT = "notice_sent"
    PREFERENCES_SET = "preferences_set"
    DATA_EXPORTED = "data_exported"
    USER_UNLOCKED = "user_unlocked"
    RECOVERY_LINK_SENT = "recovery_link_sent"
    RECOVERY_LINK_USED = "recovery_link_used"
    LIMIT_REACHED = "limit_reached"
    PLACE_BLOCKED = "place_blocked"
    TEXTS_STOPPED = "texts_stopped"
    TEXTS_RESTORED = "texts_restored"
    HELP_ASKED = "help_asked"
    OPERATOR_INVITED = "operator_invited"
    APPROVED_BY_SERVICE = "approved_by_service"
    SERVICE_CREATED = "service_created"
    SERVICE_CHANGED = "service_changed"
    SERVICE_DELETED = "service_deleted"
    ACCOUNT_ALLOWED = "account_allowed"
    KEY_CREATED = "key_created"
    KEY_ROTATED = "key_rotated"
    KEY_REVOKED = "key_revoked"
    GATEWAY_SWITCHED = "gateway_switched"
    TEXT_EDITED = "text_edited"
    TEST_SENT = "test_sent"
    ALERT_ACKNOWLEDGED = "alert_acknowledged"
    ALERT_MUTED = "alert_muted"
    BACKUP_RESTORED = "backup_restored"
    USER_IMPORTED = "user_imported"
    USER_INVITED = "user_invited"
