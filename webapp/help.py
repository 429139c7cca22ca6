"""The knowledge base: one template an article."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from twofactor.house import house

help_pages = Blueprint("help", __name__)

ARTICLES = (
    "text-not-arriving",
    "code-not-accepted",
    "lost-phone",
    "change-number",
    "is-text-message-safe",
    "stop-and-start",
)


@help_pages.get("/help")
def index() -> ResponseReturnValue:
    """All articles."""
    return render_template("help/index.html", help_address=_address())


@help_pages.get("/help/<article>")
def show(article: str) -> ResponseReturnValue:
    """One article."""
    if article not in ARTICLES:
        abort(404)
    return render_template(f"help/articles/{article}.html", help_address=_address())


def _address() -> str | None:
    return house().kit.settings.help_address or None
