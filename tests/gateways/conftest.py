"""What every test of a gateway may ask for."""

from collections.abc import Iterator

import pytest

from tests.gateways.stub import Stub


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A gateway's API on loopback."""
    with Stub() as stub:
        yield stub
