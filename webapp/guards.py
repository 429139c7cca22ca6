"""What every request passes: host, size, cross-site posts; and what every answer carries (S-42)."""

import re
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request

from twofactor import randomness
from twofactor.config.settings import Settings
from twofactor.house import house
from twofactor.kit import Kit

FORM_FIELDS = 100
LOOPBACK = ("127.0.0.1", "localhost", "::1")
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
MACHINES = ("/webhooks/", "/v2/")  # doors that no browser posts to
FORMS = ("", "application/x-www-form-urlencoded", "multipart/form-data")
# Two readers of one request must never see different values (S-48).
SINGLE_FIELDS = ("code", "password", "email", "phone", "next", "method", "csrf_token")
CONTENT_POLICY = (
    "default-src 'none'; object-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
DRESS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "otp-credentials=(self)",
}
UNKEPT = {"Cache-Control": "no-store"}


def install(app: Flask) -> None:
    """Stand before and after every request; first of all, so that each has its number."""
    app.before_request(check)
    app.after_request(dress)


def check() -> None:
    """Before every request."""
    g.request_id = randomness.take(16).hex()
    kit = house().kit
    if not _is_our_host(kit, request.headers.get("Host", "")):
        abort(400, "The address of this request is not ours.")
    if request.method in UNSAFE and not request.path.startswith(MACHINES):
        if _is_foreign(kit):
            abort(403, "This form was sent from another site.")
        _check_form()


def _check_form() -> None:
    """People send forms, and in them each field once."""
    if request.mimetype not in FORMS:
        abort(415)
    form = request.form
    if sum(len(values) for _, values in form.lists()) > FORM_FIELDS:
        abort(413, "The form has too many fields.")
    if any(len(form.getlist(name)) > 1 for name in SINGLE_FIELDS):
        abort(400, "A field came twice.")


def dress(response: Response) -> Response:
    """After every request."""
    headers = response.headers
    policy = headers.get("Content-Security-Policy", CONTENT_POLICY)
    headers.update(dressing(house().kit.settings) | {"Content-Security-Policy": policy})
    headers["X-Request-Id"] = g.get("request_id", "")
    if not request.path.startswith("/static/"):
        headers.update(UNKEPT)
        response.vary.add("Cookie")
    return response


def dressing(settings: Settings) -> dict[str, str]:
    """What every answer of an installation carries."""
    if not settings.is_https:
        return DRESS
    return DRESS | {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def _is_our_host(kit: Kit, host: str) -> bool:
    settings = kit.settings
    port = ":443" if settings.is_https else ":80"
    if host.lower().removesuffix(port) == settings.netloc.removesuffix(port):
        return True
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    is_plain = re.fullmatch(r"[\w.\-\[\]:]+", host, re.ASCII) is not None
    return is_plain and not settings.is_production and name in LOOPBACK


def _is_foreign(kit: Kit) -> bool:
    """A browser says where a form comes from; what says nothing is not a browser."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    if origin == kit.settings.public_url:
        return False
    return kit.settings.is_production or origin != request.host_url.rstrip("/")
