"""Light pages: the login and the code page in three requests and 25 kB (UX-8)."""

import gzip

from playwright.sync_api import Response

from tests.chromium.visitor import Visitor

MOST_BYTES = 25_000


def test_the_login_and_the_code_page_are_three_light_requests(visitor: Visitor) -> None:
    visitor.sign_up()
    visitor.enrol()
    visitor.log_out()
    assert _weigh(visitor, "/login") <= MOST_BYTES
    visitor.give_password()
    assert _weigh(visitor, "/login/code") <= MOST_BYTES


def _weigh(visitor: Visitor, path: str) -> int:
    """Bytes of a first visit, as a proxy that compresses sends them."""
    page = visitor.page
    page.goto("about:blank", wait_until="networkidle")  # what the last page still loads is not ours
    session = page.context.new_cdp_session(page)
    session.send("Network.clearBrowserCache")
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    page.goto(visitor.server.url + path, wait_until="networkidle")
    page.remove_listener("response", note)
    loaded = [a for a in answers if a.url.startswith("http") and not a.url.endswith("/status")]
    assert len(loaded) == 3, [a.url for a in loaded]
    return sum(len(gzip.compress(answer.body())) for answer in loaded)
