"""RateLimits and their Buckets: limits a service sets itself, counted when it starts."""

from sqlalchemy import select

from api import limit_shapes as shapes
from api import paging
from api.errors import ApiError, invalid, not_found
from api.kinds import Text
from api.numbers import CONFLICT
from api.operation import Answer, Call, Operation, Parameter
from api.paging import page
from api.services import own
from api.shape import Located
from twofactor import ids
from twofactor.extensions import db
from twofactor.models import RateLimit, Service
from twofactor.words import Scope

LIMITS = "/v2/Services/{ServiceSid}/RateLimits"
LIMIT = "/v2/Services/{ServiceSid}/RateLimits/{Sid}"
MOST_LIMITS = 10  # of a service
DESCRIPTION = Parameter("Description", Text(256, 0), "For people")


def create_limit(call: Call) -> Answer:
    """A new rate limit; it counts nothing before it has a bucket."""
    service, now = own(call), call.kit.now()
    present = limits_of(service)
    name = call.given["UniqueName"]
    if any(limit.unique_name == name for limit in present):
        raise ApiError(409, CONFLICT, "A rate limit with this UniqueName exists")
    if len(present) >= MOST_LIMITS:
        raise invalid(f"a service has at most {MOST_LIMITS} rate limits")
    limit = RateLimit(
        sid=ids.new_sid(ids.RATE_LIMIT),
        service_id=service.id,
        service=service,
        unique_name=name,
        description=call.given.get("Description", ""),
        created_at=now,
        updated_at=now,
    )
    db.session.add(limit)
    db.session.flush()
    return Answer(201, _limit(call, limit, f"{call.url}/{limit.sid}"))


def list_limits(call: Call) -> Answer:
    """The rate limits of a service."""
    found = select(RateLimit).where(RateLimit.service_id == own(call).id)
    cut = page(call, found, RateLimit, "rate_limits")
    rows = [_limit(call, row[0], f"{call.url}/{row[0].sid}") for row in cut.rows]
    return Answer(200, {"rate_limits": rows, "meta": cut.meta})


def fetch_limit(call: Call) -> Answer:
    """One rate limit."""
    return Answer(200, _limit(call, own_limit(call, "Sid"), call.url))


def change_limit(call: Call) -> Answer:
    """Change its description."""
    limit = own_limit(call, "Sid")
    limit.description = call.given.get("Description", limit.description)
    limit.updated_at = call.kit.now()
    return Answer(200, _limit(call, limit, call.url))


def delete_limit(call: Call) -> Answer:
    """Delete it with its buckets."""
    limit = own_limit(call, "Sid")
    db.session.delete(limit)  # its buckets go with it
    return Answer(204, None)


def limits_of(service: Service) -> list[RateLimit]:
    """All of a service."""
    found = select(RateLimit).where(RateLimit.service_id == service.id)
    return list(db.session.scalars(found).unique())


def own_limit(call: Call, name: str) -> RateLimit:
    """The rate limit in the address, when it is the caller's. Raises ApiError 404."""
    service = own(call)
    found = select(RateLimit).where(RateLimit.service_id == service.id)
    limit = db.session.scalar(found.where(RateLimit.sid == call.path[name]))
    if limit is None:
        raise not_found()
    return limit


def _limit(call: Call, limit: RateLimit, url: str) -> dict[str, object]:
    return shapes.RATE_LIMIT.render(Located(limit, url, call.caller.account_sid))


OPERATIONS = (
    Operation(
        "CreateRateLimit", "POST", LIMITS, "Create a rate limit", Scope.SERVICES, create_limit,
        shapes.RATE_LIMIT, status=201, writes=True, is_create=True,
        parameters=(
            Parameter("UniqueName", Text(64), "The name that a start counts by", True),
            DESCRIPTION,
        ),
    ),
    Operation(
        "ListRateLimit", "GET", LIMITS, "List rate limits", Scope.VERIFY, list_limits,
        shapes.RATE_LIMIT, list_key="rate_limits", parameters=paging.PARAMETERS,
    ),
    Operation(
        "FetchRateLimit", "GET", LIMIT, "Fetch a rate limit", Scope.VERIFY, fetch_limit,
        shapes.RATE_LIMIT,
    ),
    Operation(
        "UpdateRateLimit", "POST", LIMIT, "Change a rate limit", Scope.SERVICES, change_limit,
        shapes.RATE_LIMIT, parameters=(DESCRIPTION,), writes=True,
    ),
    Operation(
        "DeleteRateLimit", "DELETE", LIMIT, "Delete a rate limit", Scope.SERVICES, delete_limit,
        status=204, writes=True,
    ),
)  # fmt: skip
