"""One Chromium for every test that needs one; a process can hold only one driver."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium that the environment names, or the system's."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "install chromium, or name one in the environment variable CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
