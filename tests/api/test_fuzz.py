"""Schemathesis against Twilio's published description and against our own: no 5xx, no answer that
breaks its schema. Each operation also answers one good request, so that a schema of success is
held against something."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.description import describe
from api.shape import Shape
from tests.api.program import PHONE, Program
from tests.api.test_description import twilio
from tests.conftest import NOON, close
from tests.settings import settings_for
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.words import Scope
from wsgi import create_app

EXAMPLES = 12
BASE = "http://127.0.0.1:5000"
FORM = "application/x-www-form-urlencoded"
VERIFICATIONS = "/v2/Services/{ServiceSid}/Verifications"
GOOD: dict[str, dict[str, Any]] = {  # the least that each operation wants, where that is anything
    "POST /v2/Services": {"FriendlyName": "Kiosk"},
    f"POST {VERIFICATIONS}": {"To": PHONE.e164, "Channel": "sms"},
    f"POST {VERIFICATIONS}/{{Sid}}": {"Status": "canceled"},
    "POST /v2/Services/{ServiceSid}/VerificationCheck": {"To": PHONE.e164, "Code": "123456"},
    "POST /v2/Services/{ServiceSid}/RateLimits": {"UniqueName": "phone"},
    "POST /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets": {
        "Max": 9,
        "Interval": 60,
    },
}


class Fuzzed:
    """A program with one of everything, so that generated requests reach deep."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.program = Program(app, "Fuzz", tuple(Scope))
        started = self.program.start().json
        limit = self.program.post(f"{self.program.base}/RateLimits", UniqueName="ip").json
        path = f"{self.program.base}/RateLimits/{limit['sid']}/Buckets"  # type: ignore[index]
        bucket = self.program.post(path, Max="100000", Interval="60").json
        self.sids = {
            "VA": self.program.service_sid,
            "VE": started["sid"],  # type: ignore[index]
            "VL": started["send_code_attempts"][0]["attempt_sid"],  # type: ignore[index]
            "RK": limit["sid"],  # type: ignore[index]
            "BL": bucket["sid"],  # type: ignore[index]
        }


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = create_app(settings_for(tmp_path_factory.mktemp("fuzz"), LIMITS="off"), FixedClock(NOON))
    with app.app_context():
        db.create_all()
    yield app
    close(app)


@pytest.fixture
def fuzzed(house: Flask) -> Fuzzed:
    """A program of its own for each operation: what one takes away, another needs."""
    return Fuzzed(house)


def operations(document: dict[str, Any]) -> list[Any]:
    """Every operation of a description."""
    loaded = schemathesis.openapi.from_dict(document)
    return [found.ok() for found in loaded.get_all_operations()]  # type: ignore[union-attr]


def name(operation: Any) -> str:
    return f"{operation.method.upper()} {operation.path}"


def succeed(fuzzed: Fuzzed, operation: Any, checks: list[Any]) -> None:
    """The one good request."""
    body = GOOD.get(name(operation), {}) if operation.method.upper() == "POST" else None
    form = {} if body is None else {"body": dict(body), "media_type": FORM}
    case = operation.Case(path_parameters={}, **form)
    deepen(case, fuzzed)
    answer = case.call(app=fuzzed.app, base_url=BASE, headers=fuzzed.program.headers())
    assert 200 <= answer.status_code < 300, answer.text
    case.validate_response(answer, checks=checks)


def run(fuzzed: Fuzzed, operation: Any, checks: list[Any]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(), is_known=st.booleans(), to=st.booleans())
    def one(case: Any, is_known: bool, to: bool) -> None:
        if is_known and case.method != "DELETE":  # generated sids are never ours
            deepen(case, fuzzed)
        if to and isinstance(case.body, dict) and "To" in case.body:
            case.body["To"] = PHONE.e164
            case.body["Channel"] = "sms"
        answer = case.call(app=fuzzed.app, base_url=BASE, headers=fuzzed.program.headers())
        case.validate_response(answer, checks=checks)

    one()
    succeed(Fuzzed(fuzzed.app), operation, checks)


def deepen(case: Any, fuzzed: Fuzzed) -> None:
    """Put real sids into the address."""
    before = ""
    kinds = {
        "Services": "VA",
        "Verifications": "VE",
        "RateLimits": "RK",
        "Buckets": "BL",
        "Attempts": "VL",
    }
    for part in case.operation.path.split("/"):
        if part.startswith("{"):
            case.path_parameters[part.strip("{}")] = fuzzed.sids[kinds[before]]
        before = part


TWILIO = operations(twilio())
OURS = operations(describe(BASE))


@pytest.mark.parametrize("operation", TWILIO, ids=name)
def test_s47_twilios_description_finds_no_fault(fuzzed: Fuzzed, operation: Any) -> None:
    run(fuzzed, operation, [not_a_server_error, response_schema_conformance])


@pytest.mark.parametrize("operation", OURS, ids=name)
def test_s47_our_own_description_finds_no_fault(fuzzed: Fuzzed, operation: Any) -> None:
    checks = [
        not_a_server_error,
        response_schema_conformance,
        status_code_conformance,
        content_type_conformance,
    ]
    run(fuzzed, operation, checks)


@pytest.mark.parametrize(
    "operation", [o for o in (*TWILIO, *OURS) if o.method.upper() != "DELETE"], ids=name
)
def test_an_answer_that_breaks_its_schema_would_be_noticed(
    fuzzed: Fuzzed, monkeypatch: pytest.MonkeyPatch, operation: Any
) -> None:
    whole = Shape.render

    def broken(shape: Shape, view: Any) -> dict[str, Any]:
        rendered = whole(shape, view)
        return rendered | {name: [1] for name in rendered if isinstance(rendered[name], str | int)}

    monkeypatch.setattr(Shape, "render", broken)
    with pytest.raises((FailureGroup, Failure)):
        succeed(fuzzed, operation, [response_schema_conformance])
