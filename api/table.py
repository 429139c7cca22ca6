"""Every operation of the API: routes, checks and the description all come from this table."""

from api import attempts, buckets, checks, rate_limits, services, verifications
from api.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *services.OPERATIONS,
    *verifications.OPERATIONS,
    *checks.OPERATIONS,
    *rate_limits.OPERATIONS,
    *buckets.OPERATIONS,
    *attempts.OPERATIONS,
)
