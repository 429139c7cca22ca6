"""VerificationCheck: is this the code?

The one operation that commits by itself, twice: the check is counted before it is compared.
"""

from api import key_limits
from api import text_shapes as shapes
from api.errors import ApiError, invalid, not_found
from api.kinds import Sid, Text
from api.numbers import MAX_CHECKS
from api.operation import Answer, Call, Operation, Parameter
from api.services import own
from api.values import Number
from api.verifications import render
from twofactor.models import Service, Verification
from twofactor.models.database import transaction
from twofactor.verify import checks, service_verifications
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


def check(call: Call) -> Answer:
    """Check a code. A wrong one is no error: `pending`, `valid: false`."""
    kit, service = call.kit, own(call)
    verification = _sought(call, service)
    with transaction():
        counted = checks.count(kit, verification, None)
    if not isinstance(counted, checks.Counted):
        raise _refusal(call, counted, verification)
    with transaction():
        outcome = checks.settle(kit, counted, call.given["Code"], None, None)
    if outcome is CheckOutcome.APPROVED:
        status = VerificationStatus.APPROVED.value
    elif outcome in (CheckOutcome.WRONG, CheckOutcome.EXHAUSTED):
        status = VerificationStatus.PENDING.value
    else:
        raise not_found()
    return Answer(200, render(call, service, verification, call.url, status))


def _sought(call: Call, service: Service) -> Verification:
    given = call.given
    if "To" not in given and "VerificationSid" not in given:
        raise invalid("To or VerificationSid is needed")
    found = None
    if "VerificationSid" in given:
        found = service_verifications.by_sid(service, given["VerificationSid"])
    if "To" in given:
        latest = service_verifications.of_phone(call.kit, service, given["To"])
        if found is not None and (latest is None or latest.id != found.id):
            raise not_found()
        found = latest if "VerificationSid" not in given else found
    if found is None:
        raise not_found()
    return found


def _refusal(call: Call, outcome: CheckOutcome, verification: Verification) -> ApiError:
    """Five checks were used: said while the code would live; afterwards there is nothing."""
    if outcome is CheckOutcome.EXHAUSTED and call.kit.now() < verification.expires_at:
        return ApiError(429, MAX_CHECKS, "Max check attempts reached")
    return not_found()


OPERATIONS = (
    Operation(
        "CreateVerificationCheck", "POST", COLLECTION, "Check a code", Scope.VERIFY, check,
        shapes.CHECK, parameters=PARAMETERS, refused=REFUSED, limit=key_limits.CHECKS,
    ),
)  # fmt: skip
