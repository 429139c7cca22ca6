"""The cookie of a remembered browser, beside the session's."""

from flask import after_this_request, request
from werkzeug.wrappers import Response

from twofactor.house import house
from twofactor.models import User
from twofactor.verify import remembered
from webapp.session import visitor


def is_remembered(user: User) -> bool:
    """True when this browser may skip the code of this user; never for operators (S-73).

    To be called in a transaction.
    """
    token = request.cookies.get(_name())
    if token is None or user.is_operator:
        return False
    return remembered.recognise(house().kit, token, user)


def remember(user: User) -> None:
    """From now on; to be called in a transaction."""
    token = remembered.remember(house().kit, user, visitor())
    is_https = house().kit.settings.is_https

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            _name(),
            token,
            max_age=int(remembered.LIFETIME.total_seconds()),
            secure=is_https,
            httponly=True,
            samesite="Lax",
        )
        return response


def _name() -> str:
    return "__Host-remembered" if house().kit.settings.is_https else "remembered"
