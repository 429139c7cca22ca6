"""The genuine `twilio` package runs every operation against a running server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.api.program import PHONE, Program
from tests.api.served import served
from tests.cast import Cast
from tests.conftest import NOON
from twofactor.clock import FixedClock


class OwnServer(TwilioHttpClient):  # type: ignore[misc]
    """As the documentation tells people to write it."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=10)
        self.base = urlsplit(base)

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        path = urlsplit(url)
        moved = (self.base.scheme, self.base.netloc, path.path, path.query, "")
        return super().request(method, urlunsplit(moved), *args, **options)


class Stage:
    """A server, a program's credentials, and the phones."""

    def __init__(self, base: str, program: Program, cast: Cast) -> None:
        self.base, self.program, self.cast = base, program, cast
        self.verify = self.client(program.secret).verify.v2

    def client(self, secret: str) -> Any:
        return Client(self.program.account_sid, secret, http_client=OwnServer(self.base))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with served(tmp_path) as (base, app):
        yield Stage(base, Program(app), Cast(app, FixedClock(NOON)))


def test_services(stage: Stage) -> None:
    made = stage.verify.services.create(friendly_name="Py", code_length=8)
    assert made.code_length == 8
    assert made.date_created.year == 2026
    assert stage.verify.services(made.sid).fetch().friendly_name == "Py"
    assert stage.verify.services(made.sid).update(friendly_name="New").friendly_name == "New"
    stage.verify.services.create(friendly_name="Third")
    assert len(stage.verify.services.list(page_size=1)) == 3
    assert stage.verify.services(made.sid).delete()
    assert refused(stage.verify.services(made.sid).fetch) == (404, 20404)


def test_verifications_and_checks(stage: Stage) -> None:
    service = stage.verify.services(stage.program.service_sid)
    started = service.verifications.create(
        to=PHONE.e164, channel="sms", locale="en", custom_friendly_name="Shop", tags='{"a":"b"}',
        device_ip="203.0.113.5", risk_check="enable",
    )  # fmt: skip
    assert (started.status, started.valid) == ("pending", False)
    assert service.verifications(started.sid).fetch().to == PHONE.e164
    wrong = service.verification_checks.create(to=PHONE.e164, code=stage.cast.wrong_code(PHONE))
    assert (wrong.status, wrong.valid) == ("pending", False)
    right = service.verification_checks.create(
        verification_sid=started.sid, code=stage.cast.code(PHONE)
    )
    assert (right.status, right.valid) == ("approved", True)
    again = refused(service.verification_checks.create, to=PHONE.e164, code="123456")
    assert again == (404, 20404)
    second = service.verifications.create(to=PHONE.e164, channel="sms")
    assert service.verifications(second.sid).update(status="canceled").status == "canceled"


def test_the_numbers_of_refusals(stage: Stage) -> None:
    service = stage.verify.services(stage.program.service_sid)
    start = service.verifications.create
    assert refused(start, to=PHONE.e164, channel="email") == (400, 60200)
    assert refused(start, to="nobody", channel="sms") == (400, 60200)
    assert refused(start, to=PHONE.e164, channel="sms", amount="5") == (400, 60204)
    assert refused(start, to=PHONE.e164, channel="sms", custom_code="123456") == (403, 20003)
    for _ in range(5):
        start(to=PHONE.e164, channel="sms")
    assert refused(start, to=PHONE.e164, channel="sms") == (429, 60203)
    wrong = stage.cast.wrong_code(PHONE)
    for _ in range(5):
        service.verification_checks.create(to=PHONE.e164, code=wrong)
    assert refused(service.verification_checks.create, to=PHONE.e164, code=wrong) == (429, 60202)
    stranger = stage.client("wrong").verify.v2.services(stage.program.service_sid)
    assert refused(stranger.fetch) == (401, 20003)


def test_rate_limits_and_buckets(stage: Stage) -> None:
    service = stage.verify.services(stage.program.service_sid)
    limit = service.rate_limits.create(unique_name="ip", description="address")
    one = service.rate_limits(limit.sid)
    bucket = one.buckets.create(max=2, interval=60)
    assert one.buckets(bucket.sid).update(max=1).max == 1
    assert one.buckets(bucket.sid).fetch().interval == 60
    assert len(one.buckets.list()) == 1
    assert one.update(description="by address").description == "by address"
    assert one.fetch().unique_name == "ip"
    assert len(service.rate_limits.list()) == 1
    values = {"to": PHONE.e164, "channel": "sms", "rate_limits": {"ip": "203.0.113.5"}}
    service.verifications.create(**values)
    assert refused(service.verifications.create, **values) == (429, 20429)
    assert one.buckets(bucket.sid).delete()
    assert one.delete()


def test_attempts_and_their_summary(stage: Stage) -> None:
    service = stage.verify.services(stage.program.service_sid)
    for _ in range(3):
        service.verifications.create(to=PHONE.e164, channel="sms")
    service.verification_checks.create(to=PHONE.e164, code=stage.cast.code(PHONE))
    attempts = stage.verify.verification_attempts
    rows = attempts.list(page_size=1, country="US", channel_data_to=PHONE.e164)
    assert len(rows) == 3
    assert attempts(rows[0].sid).fetch().channel_data["to"] == PHONE.e164
    assert len(attempts.list(status="converted")) == 1
    summary = stage.verify.verification_attempts_summary().fetch()
    assert (summary.total_attempts, summary.total_converted) == (3, 1)


def refused(call: Any, **fields: Any) -> tuple[int, int]:
    """HTTP status and number with which the SDK says that a call was refused."""
    with pytest.raises(TwilioRestException) as caught:
        call(**fields)
    return caught.value.status, caught.value.code
