"""Attempts: every text of your services, what it cost and whether its code came back."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

import phonenumbers
from sqlalchemy import ColumnElement, Select, func, select

from api import paging
from api import text_shapes as shapes
from api.errors import invalid, not_found
from api.kinds import OneOf, Sid, Text
from api.operation import Answer, Call, Operation, Parameter
from api.paging import page
from api.shape import Located
from api.text_shapes import Counts, Sent
from api.values import Moment, Number
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Attempt, Message, Service, Verification
from twofactor.models.messages import went_to
from twofactor.sms.phone import Phone
from twofactor.words import Scope

Condition = ColumnElement[bool]

LIST = "/v2/Attempts"
ONE = "/v2/Attempts/{Sid}"
SUMMARY = "/v2/Attempts/Summary"

CHANNELS = OneOf(("sms", "call", "email", "whatsapp", "rbm"))
SHARED = (
    Parameter("DateCreatedAfter", Moment(), "Only texts from then on"),
    Parameter("DateCreatedBefore", Moment(), "Only texts up to then"),
    Parameter("Country", Text(2, 2, "[A-Za-z]{2}", "must be a country like UG"), "ISO 3166-1"),
    Parameter("Channel", CHANNELS, "How they travelled: `sms` or `call`"),
    Parameter("VerifyServiceSid", Sid("VA"), "Only of this service"),
)
FILTERS = (
    *SHARED,
    Parameter("ChannelData.To", Number(), "Only to this phone"),
    Parameter("VerificationSid", Sid("VE"), "Only of this verification"),
    Parameter("Status", OneOf(("converted", "unconverted")), "By what became of the code"),
    *paging.PARAMETERS,
)
PREFIX = Parameter(
    "DestinationPrefix",
    Text(4, 1, "[+]?[1-9][0-9]{0,2}", "must be a whole country calling code, like 256"),
    "A country calling code; phones are sealed, so a longer prefix can't be looked up",
)


def index(call: Call) -> Answer:
    """The texts, newest first."""
    own = _texts(call)
    cut = page(call, _filtered(call, own), Message, "attempts", own)
    prices = _prices(call.kit, [row[0].id for row in cut.rows])
    rows = [_render(call, row, prices, f"{call.url}/") for row in cut.rows]
    return Answer(200, {"attempts": rows, "meta": cut.meta})


def fetch(call: Call) -> Answer:
    """One text."""
    found = _texts(call).where(Message.sid == "SM" + call.path["Sid"][2:])
    row = db.session.execute(found).first() if call.path["Sid"].startswith("VL") else None
    if row is None:
        raise not_found()
    return Answer(200, _render(call, row, _prices(call.kit, [row[0].id]), call.url))


def summary(call: Call) -> Answer:
    """How many texts there were, and how many brought the right code back."""
    texts = _filtered(call, _texts(call)).subquery()
    counts = select(func.count(), func.count(texts.c.confirmed_at)).select_from(texts)
    total, converted = db.session.execute(counts).one()
    at = Located(Counts(total, converted), call.url, call.caller.account_sid)
    return Answer(200, shapes.SUMMARY.render(at))


def _texts(call: Call) -> Select[Any]:
    """Every text of the caller's services, deleted ones among them."""
    found: Any = (
        select(Message, Verification, Service.sid.label("service_sid"))
        .join(Verification, Verification.id == Message.verification_id)
        .join(Service, Service.id == Verification.service_id)
        .where(Service.account_id == call.caller.account_id)
    )
    return cast(Select[Any], found)


def _filtered(call: Call, found: Select[Any]) -> Select[Any]:
    for name, value in call.given.items():
        if name in CONDITIONS:
            found = found.where(CONDITIONS[name](call.kit, value))
    return found


def _has_status(_: Kit, status: str) -> Condition:
    came_back: Condition = Message.confirmed_at.is_not(None)
    return came_back if status == "converted" else ~came_back


def _is_to(kit: Kit, to: Phone) -> Condition:
    return went_to(kit.keyring.fingerprints(to.e164))


def _starts_with(_: Kit, prefix: str) -> Condition:
    countries = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(prefix.lstrip("+")), ())
    if not countries:
        raise invalid("DestinationPrefix must be a whole country calling code, like 256")
    return Message.country.in_(countries)


CONDITIONS: dict[str, Callable[[Kit, Any], Condition]] = {
    "DateCreatedAfter": lambda _, at: Message.created_at >= at,
    "DateCreatedBefore": lambda _, at: Message.created_at <= at,
    "Country": lambda _, country: Message.country == country.upper(),
    "Channel": lambda _, channel: Message.channel == channel,
    "VerifyServiceSid": lambda _, sid: Service.sid == sid,
    "VerificationSid": lambda _, sid: Verification.sid == sid,
    "ChannelData.To": _is_to,
    "Status": _has_status,
    "DestinationPrefix": _starts_with,
}


def _prices(kit: Kit, message_ids: list[int]) -> dict[int, tuple[Decimal, str]]:
    """What each text cost: all gateways that were tried, in the house's currency where they count
    in several."""
    rows = select(Attempt.message_id, Attempt.price, Attempt.currency).where(
        Attempt.message_id.in_(message_ids), Attempt.price.is_not(None)
    )
    paid: dict[int, list[tuple[Decimal, str]]] = {}
    for message_id, price, currency in db.session.execute(rows.order_by(Attempt.id)):
        paid.setdefault(message_id, []).append((price or Decimal(0), currency))
    return {message_id: _sum(kit, prices) for message_id, prices in paid.items()}


def _sum(kit: Kit, prices: list[tuple[Decimal, str]]) -> tuple[Decimal, str]:
    money = kit.settings.money
    if len({currency for _, currency in prices}) > 1:
        prices = [(money.converted(*price) or Decimal(0), money.currency) for price in prices]
    return sum((price for price, _ in prices), Decimal(0)), prices[0][1]


def _render(
    call: Call, row: Any, prices: dict[int, tuple[Decimal, str]], url: str
) -> dict[str, object]:
    message, verification, service_sid = row
    price, currency = prices.get(message.id, (None, None))
    to = call.kit.keyring.unseal(message.phone_sealed, message.phone_place)
    sent = Sent(
        message,
        verification,
        service_sid,
        to,
        f"{price.normalize():f}" if price is not None else None,
        currency.lower() if currency else None,
    )
    place = url + shapes.attempt_sid(message) if url.endswith("/") else url
    return shapes.ATTEMPT.render(Located(sent, place, call.caller.account_sid))


OPERATIONS = (
    Operation(
        "FetchVerificationAttemptsSummary", "GET", SUMMARY, "How many texts converted",
        Scope.ATTEMPTS, summary, shapes.SUMMARY, parameters=(*SHARED, PREFIX),
    ),
    Operation(
        "ListVerificationAttempt", "GET", LIST, "List texts", Scope.ATTEMPTS, index,
        shapes.ATTEMPT, list_key="attempts", parameters=FILTERS,
    ),
    Operation(
        "FetchVerificationAttempt", "GET", ONE, "Fetch a text", Scope.ATTEMPTS, fetch,
        shapes.ATTEMPT,
    ),
)  # fmt: skip
