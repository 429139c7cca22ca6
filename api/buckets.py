"""Buckets of rate limits, and how a start is counted in them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, bindparam, select

from api import limit_shapes as shapes
from api import paging
from api.errors import invalid, too_many
from api.kinds import Whole
from api.operation import Answer, Call, Operation, Parameter
from api.rate_limits import RATE_LIMITS
from api.resource import Resource
from twofactor import ids
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Bucket, RateLimit
from twofactor.models.prepared import Prepared
from twofactor.verify import limits
from twofactor.verify.limits import DAY, Limit, LimitReached
from twofactor.words import Scope

COLLECTION = "/v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets"
ONE = "/v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}"
MOST_BUCKETS = 5  # of a rate limit
MAX = Whole(1, 1_000_000)
INTERVAL = Whole(1, 30 * DAY)


_OF_SERVICE = Prepared(
    select(RateLimit.unique_name, Bucket.id, Bucket.most, Bucket.interval)
    .outerjoin(Bucket, Bucket.rate_limit_id == RateLimit.id)
    .where(RateLimit.service_id == bindparam("of"))
    .order_by(Bucket.id)
)


def count(kit: Kit, service_id: int, values: Mapping[str, str]) -> None:
    """Count one start in every bucket of the rate limits it names. Raises ApiError."""
    if not values:
        return
    rows = _OF_SERVICE.all(of=service_id)
    names = {row[0] for row in rows}
    for name in values:
        if name not in names:
            raise invalid(f"RateLimits names {name[:64]!a}, which this service does not have")
    for name, bucket_id, most, interval in rows:
        if name in values and bucket_id is not None:
            limit = Limit(f"bucket{bucket_id}", most, interval, "Too many requests")
            _hit(kit, limit, name, values[name])


def _hit(kit: Kit, limit: Limit, name: str, value: str) -> None:
    try:
        limits.hit(kit, limit, value, kit.now())
    except LimitReached as error:
        reached = {"Twilio_Reached_Rate_Limit": name} if name.isascii() else {}
        raise too_many("Too many requests", error.retry_after, **reached) from error


def _own_buckets(call: Call) -> Select[Any]:
    limit = RATE_LIMITS.one(call, "RateLimitSid")
    return select(Bucket).where(Bucket.rate_limit_id == limit.id)


BUCKETS = Resource(Bucket, shapes.BUCKET, "buckets", _own_buckets)


def create(call: Call) -> Answer:
    """At most Max starts in any Interval seconds for one value."""
    limit, now = RATE_LIMITS.one(call, "RateLimitSid"), call.kit.now()
    if len(db.session.scalars(_own_buckets(call)).unique().all()) >= MOST_BUCKETS:
        raise invalid(f"a rate limit has at most {MOST_BUCKETS} buckets")
    bucket = Bucket(
        sid=ids.new_sid(ids.BUCKET),
        rate_limit_id=limit.id,
        rate_limit=limit,
        most=call.given["Max"],
        interval=call.given["Interval"],
        created_at=now,
        updated_at=now,
    )
    return BUCKETS.made(call, bucket)


def change(call: Call) -> Answer:
    """Change its numbers; what was counted stays counted."""
    bucket = BUCKETS.one(call)
    bucket.most = call.given.get("Max", bucket.most)
    bucket.interval = call.given.get("Interval", bucket.interval)
    bucket.updated_at = call.kit.now()
    return BUCKETS.shown(call, bucket)


OPERATIONS = (
    Operation(
        "CreateBucket", "POST", COLLECTION, "Create a bucket", Scope.SERVICES, create,
        shapes.BUCKET, status=201, writes=True, is_create=True,
        parameters=(
            Parameter("Max", MAX, "At most so many starts", True),
            Parameter("Interval", INTERVAL, "in so many seconds", True),
        ),
    ),
    Operation(
        "ListBucket", "GET", COLLECTION, "List buckets", Scope.VERIFY, BUCKETS.index,
        shapes.BUCKET, list_key="buckets", parameters=paging.PARAMETERS,
    ),
    Operation(
        "FetchBucket", "GET", ONE, "Fetch a bucket", Scope.VERIFY, BUCKETS.fetch, shapes.BUCKET
    ),
    Operation(
        "UpdateBucket", "POST", ONE, "Change a bucket", Scope.SERVICES, change,
        shapes.BUCKET, writes=True,
        parameters=(
            Parameter("Max", MAX, "At most so many starts"),
            Parameter("Interval", INTERVAL, "in so many seconds"),
        ),
    ),
    Operation(
        "DeleteBucket", "DELETE", ONE, "Delete a bucket", Scope.SERVICES, BUCKETS.delete,
        status=204, writes=True,
    ),
)  # fmt: skip
