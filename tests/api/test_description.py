"""/openapi.json and /docs/api: what is described is what is served."""

import json
import re
from typing import Any

from api.table import OPERATIONS
from tests.api.program import Program
from tests.structure.tree import ROOT


def twilio() -> dict[str, Any]:
    """What Twilio publishes."""
    told: dict[str, Any] = json.loads((ROOT / "tests/data/twilio/verify_v2.min.json").read_text())
    return told


def described(shop: Program) -> dict[str, Any]:
    answer = shop.client.get("/openapi.json")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json  # type: ignore[assignment]
    return told


def test_it_is_openapi_3_1_at_our_address(shop: Program) -> None:
    told = described(shop)
    assert told["openapi"] == "3.1.0"
    assert told["servers"] == [{"url": "http://127.0.0.1:5000"}]


def test_every_route_is_described_and_every_description_served(shop: Program) -> None:
    rules = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in shop.app.url_map.iter_rules()
        if rule.rule.startswith("/v2/")
        for method in (rule.methods or set()) - {"HEAD"}
    }
    told = {(path, method) for path, item in described(shop)["paths"].items() for method in item}
    assert told == rules


def test_it_covers_what_twilio_publishes(shop: Program) -> None:
    published = twilio()
    ours = described(shop)["paths"]
    for path, item in published["paths"].items():
        for method in {"get", "post", "delete"} & set(item):
            assert method in ours[path], f"{method} {path}"


def test_every_answer_has_exactly_the_published_fields(shop: Program) -> None:
    published = twilio()
    names = {
        "Service": "service",
        "Verification": "service.verification",
        "VerificationCheck": "service.verification_check",
        "RateLimit": "service.rate_limit",
        "Bucket": "service.rate_limit.bucket",
        "Attempt": "verification_attempt",
        "AttemptsSummary": "verification_attempts_summary",
    }
    schemas = described(shop)["components"]["schemas"]
    for ours, theirs in names.items():
        wanted = published["components"]["schemas"][f"verify.v2.{theirs}"]["properties"]
        assert set(schemas[ours]["properties"]) == set(wanted), ours


def test_every_parameter_of_twilios_is_taken_or_refused_by_name(shop: Program) -> None:
    published = twilio()
    ours = {(o.path, o.method.lower()): o for o in OPERATIONS}
    for (path, method), operation in ours.items():
        item = published["paths"][path][method]
        body = item.get("requestBody", {}).get("content", {})
        names = set()
        for content in body.values():
            names |= set(content["schema"]["properties"])
        names |= {p["name"] for p in item.get("parameters", []) if p["in"] == "query"}
        known = {parameter.name for parameter in operation.parameters} | set(operation.refused)
        assert names == known, f"{method} {path}"


def test_the_page_shows_every_operation_and_asks_nobody_else(shop: Program) -> None:
    page = shop.client.get("/docs/api")
    assert page.status_code == 200
    for path in described(shop)["paths"]:
        assert path in page.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)
