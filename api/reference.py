"""/openapi.json for programs, /docs/api for people: the same description."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template

from api.description import describe, sids
from api.numbers import MEANINGS
from api.operation import Operation
from api.table import OPERATIONS
from twofactor.house import house
from twofactor.words import Scope

reference = Blueprint("reference", __name__)


@reference.get("/openapi.json")
def openapi() -> Response:
    """OpenAPI 3.1."""
    return jsonify(describe(house().kit.settings.public_url))


@reference.get("/docs/api")
def page() -> str:
    """Every operation with its parameters, and every error."""
    return render_template(
        "api/reference.html",
        base=house().kit.settings.public_url,
        operations=[_shown(operation) for operation in OPERATIONS],
        scopes=[scope.value for scope in Scope],
        errors=MEANINGS,
    )


def _shown(operation: Operation) -> dict[str, Any]:
    return {
        "name": operation.name,
        "method": operation.method,
        "path": operation.path,
        "about": operation.about,
        "scope": operation.scope.value,
        "status": operation.status,
        "sids": sids(operation.path),
        "answer": operation.shape.name if operation.shape else None,
        "is_list": bool(operation.list_key),
        "is_create": operation.is_create,
        "parameters": [
            {
                "name": parameter.name,
                "about": parameter.about,
                "required": parameter.required,
                "kind": _in_words(parameter.kind.schema()),
            }
            for parameter in operation.parameters
        ],
        "fields": [field.name for field in operation.shape.fields] if operation.shape else [],
    }


def _in_words(schema: Any) -> str:
    if "enum" in schema:
        return " or ".join(str(word).lower() for word in schema["enum"])
    if schema.get("contentMediaType"):
        return "JSON object"
    bounds = [schema.get(name) for name in ("minimum", "maximum", "minLength", "maxLength")]
    given = [str(bound) for bound in bounds if bound is not None]
    unit = " characters" if schema["type"] == "string" else ""
    word = {"string": "text", "integer": "number", "boolean": "true or false"}[schema["type"]]
    return f"{word}, {' to '.join(given)}{unit}" if given else schema.get("format", word)
