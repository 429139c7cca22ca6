"""Rate limits and buckets as wire JSON."""

from api.shape import COUNT, OBJECT, STRING, TIME, URL, Field, Shape, iso, sid

RATE_LIMIT = Shape(
    "RateLimit",
    (
        Field("sid", sid("RK"), lambda at: at.view.sid),
        Field("service_sid", sid("VA"), lambda at: at.view.service.sid),
        Field("account_sid", sid("AC"), lambda at: at.account_sid),
        Field("unique_name", STRING, lambda at: at.view.unique_name),
        Field("description", STRING, lambda at: at.view.description),
        Field("date_created", TIME, lambda at: iso(at.view.created_at)),
        Field("date_updated", TIME, lambda at: iso(at.view.updated_at)),
        Field("url", URL, lambda at: at.url),
        Field("links", OBJECT, lambda at: {"buckets": f"{at.url}/Buckets"}),
    ),
)
BUCKET = Shape(
    "Bucket",
    (
        Field("sid", sid("BL"), lambda at: at.view.sid),
        Field("rate_limit_sid", sid("RK"), lambda at: at.view.rate_limit.sid),
        Field("service_sid", sid("VA"), lambda at: at.view.rate_limit.service.sid),
        Field("account_sid", sid("AC"), lambda at: at.account_sid),
        Field("max", COUNT, lambda at: at.view.most),
        Field("interval", COUNT, lambda at: at.view.interval),
        Field("date_created", TIME, lambda at: iso(at.view.created_at)),
        Field("date_updated", TIME, lambda at: iso(at.view.updated_at)),
        Field("url", URL, lambda at: at.url),
    ),
)
