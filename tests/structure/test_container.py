"""The container starts the server exactly as `make serve` does, and as nobody important."""

import json
import re

from tests.structure.tree import ROOT

SERVER = "exec {python} -m cli.serve"
SETTINGS = ("HOST", "PORT", "WEB_PROCESSES", "WEB_SLOTS", "MALLOC_ARENA_MAX")


def test_the_container_serves_as_make_serve_does() -> None:
    container, makefile = (ROOT / "Dockerfile").read_text(), (ROOT / "Makefile").read_text()
    inner = json.loads(container[container.rindex("CMD ") + 4 :])[-1]
    assert inner.split(" && ") == ["flask db upgrade", SERVER.format(python="python")]
    assert SERVER.format(python="$(BIN)") in makefile
    for name in SETTINGS:
        assert f"{name}=" in container
        assert re.search(rf"^serve: export {name} \?= ", makefile, re.MULTILINE)


def test_the_container_runs_as_a_user_of_its_own() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER sixdigits" in lines
    assert lines.index("USER sixdigits") > max(
        number for number, line in enumerate(lines) if line.startswith(("COPY", "RUN"))
    )
