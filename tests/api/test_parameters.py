"""Every parameter that Twilio publishes for an operation of ours is taken, or refused by name."""

from typing import Any

from api.kinds import Never
from api.operation import Operation
from api.table import OPERATIONS
from tests.api.program import Program, error
from tests.api.test_description import twilio
from tests.api.test_fuzz import GOOD

PUBLISHED = twilio()["paths"]
SIDS = {"Sid": "VE", "RateLimitSid": "RK"}


def parameters(operation: Operation) -> list[str]:
    """What Twilio lets an operation be given."""
    item = PUBLISHED[operation.path][operation.method.lower()]
    names = [p["name"] for p in item.get("parameters", []) if p["in"] == "query"]
    for content in item.get("requestBody", {}).get("content", {}).values():
        names += content["schema"]["properties"]
    return names


def send(shop: Program, operation: Operation, given: dict[str, str]) -> Any:
    """A good request with these parameters beside; its sids are well-formed, but nobody's."""
    path = operation.path.replace("{ServiceSid}", shop.service_sid)
    for name, prefix in SIDS.items():
        path = path.replace(f"{{{name}}}", prefix + "0" * 32)
    if operation.method != "POST":
        return shop.client.open(
            path, method=operation.method, query_string=given, headers=shop.headers()
        )
    form = {n: str(v) for n, v in GOOD.get(f"POST {operation.path}", {}).items()} | given
    return shop.post(path, **form)


def test_none_is_ignored(shop: Program) -> None:
    for operation in OPERATIONS:
        taken = {parameter.name for parameter in operation.parameters}
        for name in parameters(operation):
            answer = send(shop, operation, {name: "\u0000"})  # a value that none can take
            told = (400, 60200 if name in taken else 60204)
            assert error(answer) == told, f"{operation.name} {name}"
            assert name in answer.json["message"]
        if operation.method != "DELETE":
            assert error(send(shop, operation, {"Shoe": "42"})) == (400, 20001)


def test_what_can_not_be_switched_on_says_so(shop: Program) -> None:
    for operation in OPERATIONS:
        for parameter in operation.parameters:
            if isinstance(parameter.kind, Never):
                answer = send(shop, operation, {parameter.name: "true"})
                assert error(answer) == (400, 60200)
                assert "can't be switched on" in answer.json["message"]


def test_each_word_of_a_list_is_taken_or_refused_by_name(trusted: Program) -> None:
    schemas = twilio()["components"]["schemas"]
    for operation in OPERATIONS:
        item = PUBLISHED[operation.path][operation.method.lower()]
        for content in item.get("requestBody", {}).get("content", {}).values():
            for name, schema in content["schema"]["properties"].items():
                known = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
                for word in known.get("enum", []):
                    answer = send(trusted, operation, {name: word})
                    is_taken = answer.status_code in (200, 201, 404)
                    assert is_taken or name in answer.json["message"], f"{name}={word}"
