"""Buckets of rate limits, and how a start is counted in them."""

from collections.abc import Mapping

from sqlalchemy import bindparam, select

from api import limit_shapes as shapes
from api import paging
from api.errors import invalid, not_found, too_many
from api.kinds import Whole
from api.operation import Answer, Call, Operation, Parameter
from api.paging import page
from api.rate_limits import own_limit
from api.shape import Located
from twofactor import ids
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Bucket, RateLimit
from twofactor.models.prepared import Prepared
from twofactor.verify import limits
from twofactor.verify.limits import DAY, Limit, LimitReached
from twofactor.words import Scope

BUCKETS = "/v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets"
BUCKET = "/v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}"
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


def create_bucket(call: Call) -> Answer:
    """At most Max starts in any Interval seconds for one value."""
    limit, now = own_limit(call, "RateLimitSid"), call.kit.now()
    if len(_buckets(limit)) >= MOST_BUCKETS:
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
    db.session.add(bucket)
    db.session.flush()
    return Answer(201, _bucket(call, bucket, f"{call.url}/{bucket.sid}"))


def list_buckets(call: Call) -> Answer:
    """The buckets of a rate limit."""
    found = select(Bucket).where(Bucket.rate_limit_id == own_limit(call, "RateLimitSid").id)
    cut = page(call, found, Bucket, "buckets")
    rows = [_bucket(call, row[0], f"{call.url}/{row[0].sid}") for row in cut.rows]
    return Answer(200, {"buckets": rows, "meta": cut.meta})


def fetch_bucket(call: Call) -> Answer:
    """One bucket."""
    return Answer(200, _bucket(call, _own_bucket(call), call.url))


def change_bucket(call: Call) -> Answer:
    """Change its numbers; what was counted stays counted."""
    bucket = _own_bucket(call)
    bucket.most = call.given.get("Max", bucket.most)
    bucket.interval = call.given.get("Interval", bucket.interval)
    bucket.updated_at = call.kit.now()
    return Answer(200, _bucket(call, bucket, call.url))


def delete_bucket(call: Call) -> Answer:
    """Delete it."""
    db.session.delete(_own_bucket(call))
    return Answer(204, None)


def _buckets(limit: RateLimit) -> list[Bucket]:
    found = select(Bucket).where(Bucket.rate_limit_id == limit.id)
    return list(db.session.scalars(found).unique())


def _own_bucket(call: Call) -> Bucket:
    limit = own_limit(call, "RateLimitSid")
    found = select(Bucket).where(Bucket.rate_limit_id == limit.id)
    bucket = db.session.scalar(found.where(Bucket.sid == call.path["Sid"]))
    if bucket is None:
        raise not_found()
    return bucket


def _bucket(call: Call, bucket: Bucket, url: str) -> dict[str, object]:
    return shapes.BUCKET.render(Located(bucket, url, call.caller.account_sid))


OPERATIONS = (
    Operation(
        "CreateBucket", "POST", BUCKETS, "Create a bucket", Scope.SERVICES, create_bucket,
        shapes.BUCKET, status=201, writes=True, is_create=True,
        parameters=(
            Parameter("Max", MAX, "At most so many starts", True),
            Parameter("Interval", INTERVAL, "in so many seconds", True),
        ),
    ),
    Operation(
        "ListBucket", "GET", BUCKETS, "List buckets", Scope.VERIFY, list_buckets,
        shapes.BUCKET, list_key="buckets", parameters=paging.PARAMETERS,
    ),
    Operation(
        "FetchBucket", "GET", BUCKET, "Fetch a bucket", Scope.VERIFY, fetch_bucket, shapes.BUCKET
    ),
    Operation(
        "UpdateBucket", "POST", BUCKET, "Change a bucket", Scope.SERVICES, change_bucket,
        shapes.BUCKET, writes=True,
        parameters=(
            Parameter("Max", MAX, "At most so many starts"),
            Parameter("Interval", INTERVAL, "in so many seconds"),
        ),
    ),
    Operation(
        "DeleteBucket", "DELETE", BUCKET, "Delete a bucket", Scope.SERVICES, delete_bucket,
        status=204, writes=True,
    ),
)  # fmt: skip
