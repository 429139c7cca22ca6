"""Logs: JSON in production, readable in development; no phone, token or code in either
(S-65, S-66).

The filter stands on the handler, so that foreign loggers pass it too.
"""

import json
import logging
import re
import traceback
from datetime import UTC, datetime

QUIET = ("twilio.http_client", "urllib3", "botocore", "alembic", "limits", "flask-limiter")
_PHONE = re.compile(r"(?:\+|%2[Bb])\d{5,13}(\d{2})(?!\d)")
_PATH_TOKEN = re.compile(
    r"(/operator/welcome/|/login/reset/|/login/recover/|/email/confirm/|/not-me/|/webhooks/\w+/(?:status|inbound)/)[^\s?\"']+"
)
_LONG_NUMBER = re.compile(r"(?<![\w.:-])\d{4,15}(?![\w.:-])")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_BANNER = "WARNING: This is a development server"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def install(*, as_json: bool, level: str) -> None:
    """Send every log line of the process to standard error, redacted."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if as_json else LineFormatter())
    handler.addFilter(lambda record: _BANNER not in str(record.msg))  # `flask run` says it itself
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def redacted(text: str) -> str:
    """Without phones (but their last two digits) and without tokens in paths."""
    return _PATH_TOKEN.sub(r"\1…", _PHONE.sub(r"+…\1", text))


def redacted_traceback(record: logging.LogRecord) -> str:
    """The traceback of a record; messages of exceptions may quote what a person typed, so every
    number that could be a code goes too."""
    if not record.exc_info or record.exc_info[1] is None:
        return ""
    lines = traceback.format_exception(record.exc_info[1])
    frames = [line if line.startswith("  File ") else _LONG_NUMBER.sub("…", line) for line in lines]
    return redacted("".join(frames))


class JsonFormatter(logging.Formatter):
    """One JSON object a line; control characters are escaped by JSON itself."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        if trace := redacted_traceback(record):
            entry["traceback"] = trace
        return json.dumps(entry, ensure_ascii=True)


class LineFormatter(logging.Formatter):
    """One line for people; what could forge a line or colour a terminal is shown as an escape."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        message = _escaped(redacted(record.getMessage()))
        line = f"{at:%H:%M:%S} {record.levelname:<7} {record.name}: {message}"
        trace = redacted_traceback(record).splitlines()
        return "\n".join([line, *(f"    {_escaped(part)}" for part in trace)])


def _escaped(text: str) -> str:
    plain = _COLOUR.sub("", text)
    return _CONTROL.sub(lambda found: f"\\x{ord(found.group()):02x}", plain)
