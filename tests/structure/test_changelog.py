"""The newest numbered heading of the changelog is the version, so it has to be one."""

import re

from tests.structure.tree import ROOT

HEADING = re.compile(r"^## \[(\d+)\.(\d+)\.(\d+)\] - (?:Unreleased|\d{4}-\d\d-\d\d)$", re.MULTILINE)


def test_every_heading_is_a_version_and_the_newest_stands_first() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    versions = [tuple(map(int, match.groups()[:3])) for match in HEADING.finditer(text)]
    assert len(versions) == len(re.findall(r"^## ", text, re.MULTILINE)) > 0
    assert versions == sorted(set(versions), reverse=True)
