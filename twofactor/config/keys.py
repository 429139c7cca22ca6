"""The keys of a development installation: made on first start, kept in `instance/`, mode 0600."""

import base64
import os
import secrets
from pathlib import Path

SECRET_KEY_FILE = "secret_key"  # noqa: S105 -- the name of a file
DATA_KEYS_FILE = "data_keys"

MAKE_SECRET_KEY = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'"  # noqa: S105
MAKE_DATA_KEY = (
    "Make one: python -c 'import base64, os; "
    "print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
)


def new_secret_key() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def new_data_key() -> str:
    """32 random bytes in urlsafe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def kept(path: Path, made: str) -> str:
    """The file's content, or `made`, written there first. Safe when two processes start at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(made + "\n")
    return made
