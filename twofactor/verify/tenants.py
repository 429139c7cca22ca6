"""Services as the hot paths see them: a service and what its account may, in one plain row."""

from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import bindparam, select

from twofactor.models import ApiAccount, Service
from twofactor.models.prepared import Prepared


class Tenant(NamedTuple):
    """A service that has not been deleted."""

    id: int
    sid: str
    friendly_name: str
    sender: str  # empty: whom the gateway's settings name
    code_length: int
    custom_code_enabled: bool
    account_id: int
    account_sid: str
    language: str  # of texts without one of their own
    listens: bool  # the account has webhooks
    sends_per_day: int | None
    budget_per_day: Decimal | None


COLUMNS = (
    Service.id,
    Service.sid,
    Service.friendly_name,
    Service.sender,
    Service.code_length,
    Service.custom_code_enabled,
    ApiAccount.id,
    ApiAccount.sid,
    ApiAccount.language,
    ApiAccount.listens,
    ApiAccount.sends_per_day,
    ApiAccount.budget_per_day,
)
FOUND = (  # a service `of` an `account`
    select(*COLUMNS)
    .select_from(Service)
    .join(ApiAccount, ApiAccount.id == Service.account_id)
    .where(
        Service.sid == bindparam("of"),
        Service.account_id == bindparam("account"),
        Service.deleted_at.is_(None),
    )
)
_FIND = Prepared(FOUND)


def find(account_id: int, sid: str) -> Tenant | None:
    """The service with this sid, when it is this account's."""
    row = _FIND.first(of=sid, account=account_id)
    return Tenant(*row) if row else None
