"""A real Chromium in front of the real server, started as `make run` starts it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.chromium.visitor import Visitor, visit
from tests.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("house"), settings={"LIMITS": "off"})
    yield made.start()
    made.stop()


@pytest.fixture
def visitor(chromium: Browser, server: Server) -> Iterator[Visitor]:
    with visit(chromium, server) as found:
        yield found
    print(server.log[-4000:])


@pytest.fixture
def visitor_without_script(chromium: Browser, server: Server) -> Iterator[Visitor]:
    with visit(chromium, server, script=False) as found:
        yield found
