"""A glance at a service and a phone: all that a start or a check of a code asks before it decides,
in one statement."""

from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from twofactor.kit import Kit
from twofactor.models import Service, Verification
from twofactor.models.database import hold
from twofactor.models.prepared import Prepared
from twofactor.sms.phone import Phone
from twofactor.verify import entries, standing, tenants
from twofactor.verify.entries import Entry
from twofactor.verify.standing import Standing
from twofactor.verify.tenants import Tenant


class Glance(NamedTuple):
    """What is known at one moment."""

    service: Tenant
    phone: Phone
    standing: Standing
    latest: Entry | None  # the phone's latest verification at the service, living or not


_EARLIER = aliased(Verification)
_LATEST = (
    select(_EARLIER.id)
    .where(_EARLIER.service_id == Service.id, _EARLIER.phone_fingerprint == bindparam("phone"))
    .order_by(_EARLIER.id.desc())
    .limit(1)
    .correlate(Service)
    .scalar_subquery()
)
_LOOK = Prepared(
    tenants.FOUND.add_columns(*standing.columns(bindparam("phone")), *entries.COLUMNS).outerjoin(
        Verification, Verification.id == _LATEST
    ),
    apart=True,
)
_SERVICE, _STANDING = len(tenants.COLUMNS), len(tenants.COLUMNS) + standing.WIDTH


def of_check(kit: Kit, account_id: int, service_sid: str, phone: Phone) -> Glance | None:
    """What is known of a phone, under whatever key its rows were written, and of a service; None
    when the service is not this account's."""
    prints = kit.keyring.fingerprints(phone.e164)
    entries.settle_of(prints)
    looks = [_LOOK.first(of=service_sid, account=account_id, phone=one) for one in prints]
    rows = [row for row in looks if row is not None]
    if not rows:
        return None
    known = [Entry(*row[_STANDING:]) for row in rows if row[_STANDING] is not None]
    return Glance(
        Tenant(*rows[0][:_SERVICE]),
        phone,
        standing.of_rows([row[_SERVICE:_STANDING] for row in rows]),
        max(known, key=lambda entry: entry.id, default=None),
    )


def of_start(kit: Kit, account_id: int, service_sid: str, phone: Phone) -> Glance | None:
    """The same for who starts a code or sends it again: one after the other for a phone at a
    service, until the transaction ends."""
    hold(f"{service_sid}:{kit.keyring.fingerprint(phone.e164)}")
    return of_check(kit, account_id, service_sid, phone)
