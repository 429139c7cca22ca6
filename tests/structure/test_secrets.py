"""No secret is ever committed."""

import pytest

from tests.structure.secret_scan import ALLOWED, committed_files, findings, scan
from tests.structure.tree import ROOT


def test_the_tree_holds_no_secret() -> None:
    found = findings()
    assert not found, "take it out and revoke it:\n" + "\n".join(map(str, found))


def test_every_exception_is_still_needed() -> None:
    unused = [place for place in ALLOWED if not (ROOT / place).exists()]
    assert not unused


def test_keys_and_databases_of_an_installation_are_not_committed() -> None:
    inside = [name for name in committed_files() if name.startswith("instance/")]
    assert set(inside) <= {"instance/README.md"}
    assert ".env" not in committed_files()


@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN RSA PRIVATE" + " KEY-----",
        "sid = 'AC" + "4f9c02b7d1e85a3b6c7d8e9fa0b1c2d3'",
        "AKIA" + "Q7RX2MNP4KLDWV9T",
        "auth_token = '" + "9b1c7e42d05f6a83c4e7b2d1f08a95c6'",
    ],
)
def test_it_sees(line: str) -> None:
    assert len(list(scan("x", line))) >= 1


@pytest.mark.parametrize(
    "line",
    [
        "AC" + "0" * 32,
        "AKIA" + "IOSFODNN7EXAMPLE",
        "--hash=sha256:" + "9b1c7e42d05f6a83c4e7b2d1f08a95c6" * 2,
        "auth_token = os.environ['X']",
    ],
)
def test_it_passes(line: str) -> None:
    assert not list(scan("x", line))
