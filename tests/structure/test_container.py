"""The container starts the server exactly as `make serve` does, and as nobody important."""

import json
import re

from tests.structure.tree import ROOT


def server_options(text: str) -> list[str]:
    """The words after `granian`, with `$(NAME)` and `$NAME` written alike."""
    joined = re.sub(r"\\\n\s*", "", text)
    command = re.search(r"granian (--interface [^\n]*)", joined)
    assert command, "granian is not started"
    words = command.group(1).replace('"', "").split()
    return [re.sub(r"\$[({]?(\w+)[)}]?", r"$\1", word) for word in words]


def test_the_container_serves_as_make_serve_does() -> None:
    text = (ROOT / "Dockerfile").read_text()
    inner = json.loads(text[text.rindex("CMD ") + 4 :])[-1]
    assert server_options(inner) == server_options((ROOT / "Makefile").read_text())


def test_the_container_runs_as_a_user_of_its_own() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER sixdigits" in lines
    assert lines.index("USER sixdigits") > max(
        number for number, line in enumerate(lines) if line.startswith(("COPY", "RUN"))
    )
