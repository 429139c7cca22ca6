"""Continuous integration is one script that anybody can run."""

import os

from tests.structure.tree import ROOT

RUN = ROOT / ".ci" / "run"


def test_it_is_there_and_can_be_started() -> None:
    assert os.access(RUN, os.X_OK)


def test_it_stops_at_the_first_fault_and_needs_nobody_at_the_keyboard() -> None:
    text = RUN.read_text()
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert "</dev/null" in text


def test_it_checks_what_make_check_checks() -> None:
    assert RUN.read_text().rstrip().endswith("\nmake check")
