"""The API described in OpenAPI 3.1, from the very table that serves it."""

import re
from collections.abc import Mapping
from typing import Any

from api.numbers import MEANINGS
from api.operation import Operation, Parameter
from api.paging import META_SCHEMA
from api.table import OPERATIONS

PREFIXES = {
    "Services": "VA",
    "Verifications": "VE",
    "RateLimits": "RK",
    "Buckets": "BL",
    "Attempts": "VL",
}
ERROR: dict[str, Any] = {
    "type": "object",
    "properties": {
        "code": {"type": "integer"},
        "message": {"type": "string"},
        "more_info": {"type": "string", "format": "uri"},
        "status": {"type": "integer"},
    },
    "required": ["code", "message", "more_info", "status"],
}
# HTTP status to the numbers that come with it.
REFUSALS = {
    "400": "20001, 60200, 60204, 60205",
    "401": "20003",
    "403": "20003, 21610, 60204, 60605",
    "404": "20404",
    "405": "20004",
    "409": "20409",
    "413": "20413",
    "415": "20415",
    "429": "20429, 60202, 60203, 60212, 60410; `Retry-After` has seconds",
    "500": "20500",
    "503": "20503; `Retry-After` has seconds",
}
FORM = "application/x-www-form-urlencoded"


def describe(public_url: str) -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sixdigits",
            "version": "2",
            "description": "Login codes over SMS, in the wire format of Twilio Verify v2.",
        },
        "servers": [{"url": public_url}],
        "security": [{"basic": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}},
            "schemas": {"Error": ERROR} | _schemas(),
        },
        "x-error-codes": {str(code): meaning for code, meaning in MEANINGS.items()},
    }


def sids(path: str) -> Mapping[str, str]:
    """The sids in an address, each with its prefix: what follows `Services` is a `VA…`."""
    found = re.findall(r"/(\w+)/\{(\w+)\}", path)
    return {name: PREFIXES[collection] for collection, name in found}


def _schemas() -> dict[str, Any]:
    return {
        operation.shape.name: operation.shape.schema()
        for operation in OPERATIONS
        if operation.shape
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.about,
        "description": f"Needs a key with the scope `{operation.scope.value}`.",
        "parameters": _path(operation.path),
        "responses": {str(operation.status): _answer(operation)} | _refusals(),
    }
    if operation.method == "GET":
        described["parameters"] += [_query(parameter) for parameter in operation.parameters]
    elif operation.parameters:
        described["requestBody"] = _form(operation)
    if operation.is_create:
        described["parameters"].append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "The same key for the same create answers the same, for 24 hours",
                "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
            }
        )
    return described


def _path(path: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^{prefix}[0-9a-f]{{32}}$"},
        }
        for name, prefix in sids(path).items()
    ]


def _query(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.about,
        "schema": dict(parameter.kind.schema()),
    }


def _form(operation: Operation) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {
            parameter.name: {**parameter.kind.schema(), "description": parameter.about}
            for parameter in operation.parameters
        },
        "required": [parameter.name for parameter in operation.parameters if parameter.required],
        "additionalProperties": False,
    }
    return {"required": bool(schema["required"]), "content": {FORM: {"schema": schema}}}


def _answer(operation: Operation) -> dict[str, Any]:
    if operation.shape is None:
        return {"description": "Done; no body"}
    schema: dict[str, Any] = {"$ref": f"#/components/schemas/{operation.shape.name}"}
    if operation.list_key:
        rows = {"type": "array", "items": schema}
        properties = {operation.list_key: rows, "meta": META_SCHEMA}
        schema = {"type": "object", "properties": properties, "required": list(properties)}
    return _json(operation.about, schema)


def _refusals() -> dict[str, Any]:
    error = {"$ref": "#/components/schemas/Error"}
    return {status: _json(f"Code {codes}", error) for status, codes in REFUSALS.items()}


def _json(description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
