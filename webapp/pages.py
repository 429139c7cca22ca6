"""What every template can use: brand, person, times, and addresses of static files."""

import hashlib
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from sqlalchemy.exc import SQLAlchemyError

from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import User
from twofactor.verify import passwords
from twofactor.words import SessionState
from webapp.languages import direction
from webapp.session import current


def install(app: Flask) -> None:
    """Teach the templates of an app."""
    static = Path(app.static_folder or "static")
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {"clock": clock, "when": when}

    @lru_cache(maxsize=64)
    def version(name: str) -> str:
        return hashlib.sha256((static / name).read_bytes()).hexdigest()[:12]

    def asset(name: str) -> str:
        """The address of a static file, which changes with its content."""
        return url_for("static", filename=name, v=version(name))

    def always() -> dict[str, Any]:
        settings = house().kit.settings
        person, language = _reader()
        return {
            "brand": settings.brand,
            "lang": language,
            "dir": direction(language),
            "person": person,
            "is_development": not settings.is_production and "simulator" in settings.gateways,
            "asset": asset,
            "lengths": (passwords.MIN_LENGTH, passwords.ADVISED_LENGTH),
        }

    app.context_processor(always)


def _reader() -> tuple[User | None, str]:
    """Who reads, when logged in, and in which language. Nobody while the database can't tell: the
    page that says so is a page too."""
    try:
        session = current()
        if session is None:
            return None, "en"
        return session.user if session.state == SessionState.FULL else None, session.user.language
    except SQLAlchemyError:
        with suppress(SQLAlchemyError):
            db.session.rollback()
        return None, "en"


def clock(at: datetime) -> str:
    """Like "14:32"."""
    return f"{at.astimezone(UTC):%H:%M}"


def when(at: datetime) -> str:
    """Like "23 November 2026, 14:32"."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M}"
