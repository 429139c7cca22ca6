"""S-10: what an attacker may guess is compared in constant time, never with ==."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.structure.tree import product

SECRET = re.compile(r"(^|_)(digest|hexdigest|signature|token|mac|hmac|code|secret|password)$")
# Words that end alike and are no secrets: status and error codes, country codes.
PUBLIC = re.compile(r"(status|error|country|exit|return|language|currency|raw)_?code$")
# Inside these the comparison is SQL's: it finds a row by a keyed hash, it never sees a guess.
QUERY = {"where", "filter", "having", "join", "outerjoin", "and_", "or_", "not_", "case", "exists"}


def comparisons(node: ast.AST) -> Iterator[ast.Compare]:
    """Every comparison of Python values below a node."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in QUERY:
        node = node.func
    if isinstance(node, ast.Compare):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from comparisons(child)


def leaks(compare: ast.Compare) -> bool:
    """Whether a secret is compared with something that is not written in the code itself."""
    sides = [compare.left, *compare.comparators]
    equal = any(isinstance(op, ast.Eq | ast.NotEq) for op in compare.ops)
    literal = any(isinstance(side, ast.Constant) for side in sides)
    return equal and not literal and any(_is_secret(side) for side in sides)


def _is_secret(side: ast.expr) -> bool:
    if isinstance(side, ast.Call):
        side = side.func
    name = ast.unparse(side).split(".")[-1].lower() if not isinstance(side, ast.Subscript) else ""
    if isinstance(side, ast.Subscript) and isinstance(side.slice, ast.Constant):
        name = str(side.slice.value).lower()
    # `code` alone is a gateway's error code as often as a login code; only `*_code` of ours counts
    return name != "code" and bool(SECRET.search(name)) and not PUBLIC.search(name)


def test_s10_no_secret_is_compared_with_equals() -> None:
    faults = [
        f"{source}:{compare.lineno}: {ast.unparse(compare)}"
        for source in product()
        for compare in comparisons(source.tree)
        if leaks(compare)
    ]
    assert not faults, "use hmac.compare_digest:\n" + "\n".join(faults)


@pytest.mark.parametrize(
    "line",
    [
        "digest == other",
        "row.code_digest != given",
        "mac.hexdigest() == wanted",
        "a == form['signature']",
    ],
)
def test_s10_the_rule_sees(line: str) -> None:
    assert any(leaks(compare) for compare in comparisons(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "token == ''",
        "row.error_code == other",
        "select(x).where(X.token_digest == digest)",
        "hmac.compare_digest(a, b)",
    ],
)
def test_s10_the_rule_passes(line: str) -> None:
    assert not any(leaks(compare) for compare in comparisons(ast.parse(line)))
