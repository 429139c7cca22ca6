"""RateLimits: limits a service sets itself, counted when it starts."""

from typing import Any

from sqlalchemy import Select, select

from api import limit_shapes as shapes
from api import paging
from api.errors import ApiError, invalid
from api.kinds import Text
from api.numbers import CONFLICT
from api.operation import Answer, Call, Operation, Parameter
from api.resource import Resource
from api.services import own
from twofactor import ids
from twofactor.extensions import db
from twofactor.models import RateLimit, Service
from twofactor.words import Scope

COLLECTION = "/v2/Services/{ServiceSid}/RateLimits"
ONE = "/v2/Services/{ServiceSid}/RateLimits/{Sid}"
MOST_LIMITS = 10  # of a service
DESCRIPTION = Parameter("Description", Text(256, 0), "For people")


def _own_limits(call: Call) -> Select[Any]:
    return select(RateLimit).where(RateLimit.service_id == own(call).id)


RATE_LIMITS = Resource(RateLimit, shapes.RATE_LIMIT, "rate_limits", _own_limits)


def create(call: Call) -> Answer:
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
    return RATE_LIMITS.made(call, limit)


def change(call: Call) -> Answer:
    """Change its description."""
    limit = RATE_LIMITS.one(call)
    limit.description = call.given.get("Description", limit.description)
    limit.updated_at = call.kit.now()
    return RATE_LIMITS.shown(call, limit)


def limits_of(service: Service) -> list[RateLimit]:
    """All of a service."""
    found = select(RateLimit).where(RateLimit.service_id == service.id)
    return list(db.session.scalars(found).unique())


OPERATIONS = (
    Operation(
        "CreateRateLimit", "POST", COLLECTION, "Create a rate limit", Scope.SERVICES, create,
        shapes.RATE_LIMIT, status=201, writes=True, is_create=True,
        parameters=(
            Parameter("UniqueName", Text(64), "The name that a start counts by", True),
            DESCRIPTION,
        ),
    ),
    Operation(
        "ListRateLimit", "GET", COLLECTION, "List rate limits", Scope.VERIFY, RATE_LIMITS.index,
        shapes.RATE_LIMIT, list_key="rate_limits", parameters=paging.PARAMETERS,
    ),
    Operation(
        "FetchRateLimit", "GET", ONE, "Fetch a rate limit", Scope.VERIFY, RATE_LIMITS.fetch,
        shapes.RATE_LIMIT,
    ),
    Operation(
        "UpdateRateLimit", "POST", ONE, "Change a rate limit", Scope.SERVICES, change,
        shapes.RATE_LIMIT, parameters=(DESCRIPTION,), writes=True,
    ),
    Operation(
        "DeleteRateLimit", "DELETE", ONE, "Delete a rate limit", Scope.SERVICES, RATE_LIMITS.delete,
        status=204, writes=True,
    ),
)  # fmt: skip
