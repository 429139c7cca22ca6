"""A real Chromium in front of the real server, started as `make run` starts it."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.chromium.visitor import Visitor, visit
from tests.server import Server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium that the environment names, or the system's."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "install chromium, or name one in the environment variable CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


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
