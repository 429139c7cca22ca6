"""Numbered errors, as the verbs of this door raise them. The sentences are ours and say what to
do next."""

from collections.abc import Mapping

from api.numbers import INVALID, NOT_FOUND, TOO_MANY


class ApiError(Exception):
    """Answered as it is; whatever was written before is rolled back. `{path}` in the message
    stands for what was asked for."""

    def __init__(
        self, status: int, code: int, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def invalid(reason: str) -> ApiError:
    """A value that can't be taken."""
    return ApiError(400, INVALID, f"Invalid parameter: {reason}")


def not_found() -> ApiError:
    """The same words for what is unknown and for what belongs to somebody else (S-60)."""
    return ApiError(404, NOT_FOUND, "The requested resource {path} was not found")


def too_many(message: str, retry_after: int, **headers: str) -> ApiError:
    """A limit is reached."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ApiError(429, TOO_MANY, message, {"Retry-After": str(retry_after), **named})
