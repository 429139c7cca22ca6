"""Names say what a thing is; a drawer for everything has no name."""

import ast
import re

from tests.structure.tree import ROOT, product, python_files

DRAWERS = re.compile(r"(^|_)(utils?|helpers?|commons?|managers?|misc|stuff|shared)(_|$)")
DRAWER_CLASS = re.compile(r"(Utils?|Helpers?|Managers?)$")


def test_no_file_or_folder_is_a_drawer() -> None:
    places = ("twofactor", "webapp", "webhooks", "api", "cli", "wsgi.py", "tests", "bench")
    faults = [
        str(path.relative_to(ROOT))
        for path in python_files(*places)
        if any(DRAWERS.search(part) for part in path.relative_to(ROOT).with_suffix("").parts)
    ]
    assert not faults, f"split by noun: {faults}"


def test_no_class_is_a_drawer() -> None:
    faults = [
        f"{source}:{node.lineno} {node.name}"
        for source in product()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and DRAWER_CLASS.search(node.name)
    ]
    assert not faults, f"name what it is: {faults}"
