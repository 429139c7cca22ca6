"""Verifications: started or sent again, fetched, cancelled or approved."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from api import auth, buckets, key_limits
from api import text_shapes as shapes
from api.errors import ApiError, invalid, not_found
from api.kinds import OneOf, Text
from api.numbers import (
    BUSY_NUMBER,
    COUNTRY_CLOSED,
    MAX_SENDS,
    NOT_SUPPORTED,
    OPTED_OUT,
    PUMPING,
)
from api.operation import Answer, Call, Operation, Parameter
from api.services import seen_by, tenant, wanted
from api.shape import Located
from api.text_shapes import Seen
from api.values import Address, Map, Number
from twofactor.kit import Visitor
from twofactor.sms import outbox
from twofactor.sms.outbox import Text as SentText
from twofactor.sms.wording import can_write
from twofactor.verify import entries, glance, limits, service_verifications, verifications
from twofactor.verify.entries import Entry
from twofactor.verify.limits import LimitReached
from twofactor.verify.service_verifications import CodeTooShort, Wish
from twofactor.verify.targets import (
    CountryClosed,
    NoCalls,
    NoSendsLeft,
    NotLive,
    NotYet,
    OptedOut,
    RiskyPhone,
    Style,
)
from twofactor.verify.tenants import Tenant
from twofactor.words import Channel, Scope, VerificationStatus

COLLECTION = "/v2/Services/{ServiceSid}/Verifications"
ONE = "/v2/Services/{ServiceSid}/Verifications/{Sid}"
MOST_TAGS = 10

CHANNELS = "`sms`; `call`: a call reads the code once a key is pressed; `auto` is sms, too"
NO_PAYMENT = "payments are not described in texts"
NO_TEMPLATE = "the operator writes the texts of this server"
REFUSED = {
    "CustomMessage": NO_TEMPLATE,
    "SendDigits": "our calls dial no extension",
    "Amount": NO_PAYMENT,
    "Payee": NO_PAYMENT,
    "ChannelConfiguration": "e-mail is no channel of this server",
    "TemplateSid": NO_TEMPLATE,
    "TemplateCustomSubstitutions": NO_TEMPLATE,
    "EnableSnaClientToken": "silent network authentication is no channel of this server",
}
GONE = (
    VerificationStatus.APPROVED,
    VerificationStatus.EXPIRED,
    VerificationStatus.MAX_ATTEMPTS_REACHED,
)
PARAMETERS = (
    Parameter("To", Number(), "The phone, in E.164", required=True),
    Parameter("Channel", OneOf(("sms", "call", "auto")), CHANNELS, required=True),
    Parameter("CustomCode", Text(10, 6, "[0-9]+", "must be digits"), "A code of your own"),
    Parameter("CustomFriendlyName", Text(30), "The name in this text"),
    Parameter(
        "Locale",
        Text(16, 2, "[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})?", "must be like en or pt-BR"),
        "Language of the text; English where we have no sentence in it",
    ),
    Parameter("AppHash", Text(11, 11, "[A-Za-z0-9+/]{11}"), "For Android's SMS Retriever"),
    Parameter("RateLimits", Map(10, 256), "Values to count by unique name, as JSON"),
    Parameter("DeviceIp", Address(), "Counts against the limits of an address"),
    Parameter("RiskCheck", OneOf(("enable", "disable")), "`disable` needs `unguarded`"),
    Parameter("Tags", Map(MOST_TAGS), "Words of your own; they come back in webhooks"),
)


def foresee(starts: Sequence[Call]) -> None:
    """What starts of one group will look at."""
    logins = {call.caller.login for call in starts}
    also = [(key_limits.SENDS, login) for login in logins]
    service_verifications.foresee(starts[0].kit, [wanted(call) for call in starts], also)


def start(call: Call) -> Answer:
    """Text a code, or the living one again."""
    seen = seen_by(glance.of_start, call)
    service, wish = seen.service, _wish(call, seen.service)
    with _refusals():
        buckets.count(call.kit, service.id, call.given.get("RateLimits", {}))
        verification = service_verifications.start(call.kit, seen, wish)
    url, fresh = f"{call.url}/{verification.sid}", outbox.fresh_texts()
    texts = fresh if verification.sends == 1 else None
    body = render(call, service, verification, url, texts=texts)
    return Answer(201, body, [text.id for text in fresh])


def fetch(call: Call) -> Answer:
    """One verification. Like Twilio's it is gone once it was approved, has expired or has no
    checks left (twilio.com/docs/errors/20404); webhooks and attempts tell what became of it."""
    service = tenant(call)
    verification = _one(call, service)
    if _status(call, verification) in GONE:
        raise not_found()
    return Answer(200, render(call, service, verification, call.url))


def change(call: Call) -> Answer:
    """Cancel it, or, where the key may, approve it without its code (S-62)."""
    service = tenant(call)
    verification = _one(call, service)
    if call.given["Status"] == VerificationStatus.APPROVED:
        auth.need(call.caller, Scope.APPROVE)
        done = service_verifications.approve(call.kit, verification)
    else:
        done = service_verifications.cancel(call.kit, verification)
    if not done:
        raise not_found()
    return Answer(200, render(call, service, entries.by_id(verification.id), call.url))


def render(
    call: Call,
    service: Tenant,
    verification: Entry,
    url: str,
    status: str = "",
    texts: Sequence[SentText] | None = None,
) -> dict[str, object]:
    """The verification as wire JSON; its `texts` are looked up where they are not known."""
    if texts is None:
        texts = outbox.of_verification(verification.id)
    seen = Seen(
        verification,
        service.sid,
        call.given.get("To") or verifications.phone_of(call.kit, verification),
        texts,
        status or _status(call, verification),
    )
    shape = shapes.CHECK if status else shapes.VERIFICATION
    return shape.render(Located(seen, url, call.caller.account_sid))


def _status(call: Call, verification: Entry) -> str:
    if verification.is_pending and call.kit.now() >= verification.expires_at:
        return VerificationStatus.EXPIRED.value
    return verification.status


def _one(call: Call, service: Tenant) -> Entry:
    verification = entries.by_sid(service.id, call.path["Sid"])
    if verification is None:
        raise not_found()
    return verification


def _wish(call: Call, service: Tenant) -> Wish:
    given = call.given
    if given.get("RiskCheck") == "disable":
        auth.need(call.caller, Scope.UNGUARDED)
    if "CustomCode" in given:
        auth.need(call.caller, Scope.CUSTOM_CODE)
        if not service.custom_code_enabled:
            raise ApiError(403, NOT_SUPPORTED, "Switch CustomCodeEnabled of the service on first")
    brand = given.get("CustomFriendlyName", "")
    if brand and not can_write(brand):
        raise invalid("CustomFriendlyName must be writable in a text and hold no run of digits")
    return Wish(
        Visitor(given["DeviceIp"]) if "DeviceIp" in given else None,
        given.get("CustomCode"),
        given.get("Locale", "").replace("_", "-"),
        given.get("Tags", {}),
        Style(brand, given.get("AppHash", "")),
        is_guarded=given.get("RiskCheck") != "disable",
        channel=Channel.CALL if given["Channel"] == Channel.CALL else Channel.SMS,
        counts=((key_limits.SENDS, call.caller.login),),
    )


UNREACHABLE = {
    CountryClosed: (COUNTRY_CLOSED, "The operator of this server sends no texts to this country"),
    OptedOut: (OPTED_OUT, "This phone answered STOP: it gets no text until it sends START"),
    RiskyPhone: (NOT_SUPPORTED, "This phone may be in other hands by now: it gets no codes"),
}


FRAUD = {
    limits.PREFIX_HOUR: "Too many texts went to neighbouring numbers; it looks like fraud",
    limits.PUMPING: "Hardly any code to new numbers there came back; it looks like fraud",
}


@contextmanager
def _refusals() -> Iterator[None]:
    """What the sending verbs raise, in Twilio's numbers."""
    try:
        yield
    except NoSendsLeft as error:
        raise ApiError(429, MAX_SENDS, "Max send attempts reached") from error
    except (CountryClosed, OptedOut, RiskyPhone) as error:
        number, message = UNREACHABLE[type(error)]
        raise ApiError(403, number, message) from error
    except NoCalls as error:
        reason = "No gateway of this server calls: ask for sms"
        raise ApiError(400, NOT_SUPPORTED, reason) from error
    except CodeTooShort as error:
        reason = f"CustomCode needs {error.length} digits: many wrong codes came for this number"
        raise invalid(reason) from error
    except LimitReached as error:
        if error.limit not in FRAUD:
            raise
        wait, message = {"Retry-After": str(error.retry_after)}, FRAUD[error.limit]
        raise ApiError(429, PUMPING, message, wait) from error
    except (IntegrityError, NotLive, NotYet) as error:
        message = "Another request for this number is being served"
        raise ApiError(429, BUSY_NUMBER, message, {"Retry-After": "1"}) from error


OPERATIONS = (
    Operation(
        "CreateVerification", "POST", COLLECTION, "Text a code to a phone", Scope.VERIFY, start,
        shapes.VERIFICATION, status=201, parameters=PARAMETERS, refused=REFUSED,
        writes=True, is_create=True, is_hot=True, look=foresee, limit=key_limits.SENDS,
    ),
    Operation(
        "FetchVerification", "GET", ONE, "Fetch a verification", Scope.VERIFY, fetch,
        shapes.VERIFICATION,
    ),
    Operation(
        "UpdateVerification", "POST", ONE, "Cancel (or approve) a verification", Scope.VERIFY,
        change, shapes.VERIFICATION, writes=True,
        parameters=(
            Parameter("Status", OneOf(("canceled", "approved")), "What becomes of it", True),
        ),
    ),
)  # fmt: skip
