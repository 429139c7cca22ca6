"""Every address of the app, asked with one credential; and what must not have changed by it."""

import base64
import re
from collections.abc import Iterator

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.browser import Browser
from tests.cast import ALICE, ALICE_PHONE, BOB, OLIVE, PASSWORD
from twofactor.extensions import Base, db

OPEN = {  # for everybody, with why
    "/": "leads to the login",
    "/login": "the first step",
    "/login/passkey": "asks for a signature",
    "/login/forgotten": "mails the owner",
    "/logout": "ends a session",
    "/signup": "an account of one's own",
    "/help": "to read",
    "/help/<article>": "to read",
    "/healthz": "says ok",
    "/readyz": "says ok",
    "/openapi.json": "to read",
    "/docs/api": "to read",
    "/static/<path:filename>": "to read",
}
DEVELOPMENT = "/simulator/"  # absent in production
TOKENS = (  # each asks for a token of its own, and knows no session
    "/login/reset/<token>",
    "/login/recover/<token>",
    "/not-me/<token>",
    "/email/confirm/<token>",
    "/operator/welcome/<token>",
    "/welcome/<token>",
)
SIGNED = "/webhooks/"  # each asks for a signature or a token
HALF_WAY = ("/login/code", "/login/other", "/login/resend", "/login/status")
PRIVATE = (ALICE, BOB, OLIVE, ALICE_PHONE.e164, "What happened lately")
GUARDED = (  # tables that nobody changes half way
    *("users", "authenticators", "passkeys", "recovery_codes", "remembered_browsers", "consents"),
    *("services", "api_keys", "gateway_states", "alerts", "messages", "mails", "opt_outs"),
)
FORM = {  # what would do something, wherever a form is read
    **{"code": "000000", "phone": "+12025550199", "country": "US", "email": "thief@example.com"},
    **{"password": PASSWORD, "method": "password", "language": "de", "name": "x", "do": "erase"},
    **{"sure": "y", "reason": "because", "to": "+12025550199", "credential": "{}", "all": "y"},
}


def addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Rule, method and path, with something that fits in each place."""
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<int:[^>]+>", "1", rule.rule)
        path = re.sub(r"<[^>]+>", "x", path)
        for method in sorted(rule.methods or ()):
            if method not in ("HEAD", "OPTIONS"):
                yield rule.rule, method, path


def is_closed(answer: TestResponse) -> bool:
    """Led to the login or refused, before anything was looked for; nothing of anybody shown."""
    led_away = answer.status_code == 303 and (answer.location or "").startswith("/login")
    refused = answer.status_code in (401, 403)
    return (led_away or refused) and not any(word in answer.text for word in PRIVATE)


def crawl(app: Flask, browser: Browser, *allowed: str) -> list[str]:
    """Addresses that did not turn this browser away, though neither open nor `allowed`; and tables
    that changed."""
    token, before, reached = browser.token("/signup"), kept(app), []
    for rule, method, path in addresses(app):
        is_other = rule.startswith((DEVELOPMENT, SIGNED)) or rule in (*OPEN, *TOKENS)
        if is_other or rule.startswith(allowed or ("-",)):
            continue
        answer = browser.client.open(
            path,
            method=method,
            data={**FORM, "csrf_token": token} if method != "GET" else None,
            environ_base={"REMOTE_ADDR": browser.address},
        )
        if not is_closed(answer):
            reached.append(f"{method} {path}: {answer.status}")
    return reached + [
        f"{table} changed" for table, rows in kept(app).items() if rows != before[table]
    ]


def kept(app: Flask) -> dict[str, str]:
    """The content of the guarded tables."""
    with app.app_context():
        tables = [Base.metadata.tables[name] for name in GUARDED]
        return {t.name: repr(db.session.execute(select(t)).all()) for t in tables}


def copied(app: Flask, browser: Browser) -> Browser:
    """Another browser with the same cookie as it is now."""
    cookie = browser.client.get_cookie("sixdigits")
    assert cookie is not None
    other = Browser(app)
    other.client.set_cookie("sixdigits", cookie.value)
    return other


def with_header(app: Flask, user: str, secret: str) -> Browser:
    """A browser that sends HTTP Basic with everything."""
    browser = Browser(app)
    basic = base64.b64encode(f"{user}:{secret}".encode()).decode()
    browser.client.environ_base["HTTP_AUTHORIZATION"] = f"Basic {basic}"
    return browser
