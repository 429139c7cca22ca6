"""A glance at a service and a phone: all that a start or a check of a code asks before it decides,
in one statement."""

from collections.abc import Iterable
from typing import NamedTuple, cast

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from twofactor.kit import Kit
from twofactor.models import Service, Verification
from twofactor.models.database import hold
from twofactor.models.prepared import Prepared, Row
from twofactor.sms.phone import Phone
from twofactor.verify import entries, standing, tenants
from twofactor.verify.entries import Entry
from twofactor.verify.standing import Standing
from twofactor.verify.tenants import Tenant


class Wanted(NamedTuple):
    """What is to be looked at: an account's service, and a phone."""

    account_id: int
    service_sid: str
    phone: Phone


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


def foresee(kit: Kit, wanted: Iterable[Wanted]) -> list[int | None]:
    """Look now at what works of a group want to look at, and keep it for whoever looks first; the
    ids of the services."""
    kept, services = entries.foreseen(), []
    for one in wanted:
        prints = kit.keyring.fingerprints(one.phone.e164)
        entries.flush_of(prints)
        rows = {of: _look_now(one, of) for of in prints}
        kept.update((of, (one, row)) for of, row in rows.items())
        services.append(next((row[0] for row in rows.values() if row is not None), None))
    return services


def of_check(kit: Kit, wanted: Wanted) -> Glance | None:
    """What is known of a phone, under whatever key its rows were written, and of a service; None
    when the service is not this account's."""
    prints = kit.keyring.fingerprints(wanted.phone.e164)
    entries.flush_of(prints)
    looks = [_look(wanted, one) for one in prints]
    rows = [row for row in looks if row is not None]
    if not rows:
        return None
    known = [Entry(*row[_STANDING:]) for row in rows if row[_STANDING] is not None]
    return Glance(
        Tenant(*rows[0][:_SERVICE]),
        wanted.phone,
        standing.of_rows([row[_SERVICE:_STANDING] for row in rows]),
        max(known, key=lambda entry: entry.id, default=None),
    )


def of_start(kit: Kit, wanted: Wanted) -> Glance | None:
    """The same for who starts a code or sends it again: one after the other for a phone at a
    service, until the transaction ends."""
    hold(f"{wanted.service_sid}:{kit.keyring.fingerprint(wanted.phone.e164)}")
    return of_check(kit, wanted)


def _look(wanted: Wanted, fingerprint: str) -> Row | None:
    """As it was foreseen, and nobody has changed it since; or now."""
    of, row = entries.foreseen().pop(fingerprint, (None, None))
    return cast(Row, row) if of == wanted else _look_now(wanted, fingerprint)


def _look_now(wanted: Wanted, fingerprint: str) -> Row | None:
    return _LOOK.first(of=wanted.service_sid, account=wanted.account_id, phone=fingerprint)
