"""VerificationCheck: is this the code?

The one operation of two transactions: the count is committed before anything is compared (S-06).
"""

from collections.abc import Sequence
from functools import partial

from api import key_limits
from api import text_shapes as shapes
from api.errors import ApiError, invalid, not_found
from api.kinds import Sid, Text
from api.numbers import MAX_CHECKS
from api.operation import Answer, Call, Operation, Parameter
from api.services import seen_by, tenant, wanted
from api.values import Number
from api.verifications import render
from twofactor.models.entries import Ahead, Then
from twofactor.verify import checks, entries, glance
from twofactor.verify.checks import Counted
from twofactor.verify.entries import Entry
from twofactor.verify.tenants import Tenant
from twofactor.words import CheckOutcome, Scope, VerificationStatus

COLLECTION = "/v2/Services/{ServiceSid}/VerificationCheck"
NO_PAYMENT = "payments are not described in texts"
REFUSED = {
    "Amount": NO_PAYMENT,
    "Payee": NO_PAYMENT,
    "SnaClientToken": "silent network authentication is no channel of this server",
}
PARAMETERS = (
    Parameter("Code", Text(10, 4, "[0-9]+", "must be 4 to 10 digits"), "What was typed", True),
    Parameter("To", Number(), "The phone; or VerificationSid"),
    Parameter("VerificationSid", Sid("VE"), "The verification; or To"),
)


def foresee(calls: Sequence[Call]) -> None:
    """What checks of one group will look at; by sid each finds its own."""
    glance.foresee(calls[0].kit, [wanted(call) for call in calls if "To" in call.given])


def check(call: Call) -> Then:
    """Check a code. A wrong one is no error: `pending`, `valid: false`."""
    service, verification = _sought(call)
    counted = checks.count(call.kit, verification, None)
    if not isinstance(counted, Counted):
        raise _refusal(call, counted, verification)
    return Then(Ahead(partial(_compare, call, service, counted)))


def _compare(call: Call, service: Tenant, counted: Counted) -> Answer:
    outcome = checks.settle(call.kit, counted, call.given["Code"], None, None)
    if outcome is CheckOutcome.APPROVED:
        status = VerificationStatus.APPROVED.value
    elif outcome in (CheckOutcome.WRONG, CheckOutcome.EXHAUSTED):
        status = VerificationStatus.PENDING.value
    else:
        raise not_found()
    verification = counted.verification
    if outcome is not CheckOutcome.APPROVED:
        verification = entries.by_id(verification.id)
    has_ended = verification.settled_at is not None  # texts only tell when something happened last
    body = render(call, service, verification, call.url, status, texts=[] if has_ended else None)
    return Answer(200, body)


def _sought(call: Call) -> tuple[Tenant, Entry]:
    """The service, and its verification by sid, or the latest one of the phone; by both when both
    are given, and mean the same."""
    sid = call.given.get("VerificationSid")
    if "To" in call.given:
        seen = seen_by(glance.of_check, call)
        service, found = seen.service, seen.latest
    elif sid is not None:
        service = tenant(call)
        found = entries.by_sid(service.id, sid)
    else:
        raise invalid("To or VerificationSid is needed")
    if found is None or sid not in (None, found.sid):
        raise not_found()
    return service, found


def _refusal(call: Call, outcome: CheckOutcome, verification: Entry) -> ApiError:
    """Five checks were used: said while the code would live; afterwards there is nothing."""
    if outcome is CheckOutcome.EXHAUSTED and call.kit.now() < verification.expires_at:
        return ApiError(429, MAX_CHECKS, "Max check attempts reached")
    return not_found()


OPERATIONS = (
    Operation(
        "CreateVerificationCheck", "POST", COLLECTION, "Check a code", Scope.VERIFY, check,
        shapes.CHECK, parameters=PARAMETERS, refused=REFUSED, is_hot=True, look=foresee,
        limit=key_limits.CHECKS,
    ),
)  # fmt: skip
