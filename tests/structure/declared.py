"""What the product declares to the outside: settings, gateways, routes, commands, loaded modules.

`python -m tests.structure.declared > .env.example` writes the example anew.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.structure.tree import ROOT
from twofactor import gateways
from twofactor.config.fields import FIELDS, PREFIX

# Run in a process of its own: what a start loads can only be seen in a fresh interpreter.
COMPOSE = """
import json, sys
import click, wsgi
app = wsgi.create_app()
def leaves(group, path):
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from leaves(command, [*path, name])
        else:
            yield " ".join([*path, name])
modules = sorted(sys.modules)
routes = sorted({rule.rule for rule in app.url_map.iter_rules()})
commands = [*leaves(app.cli, [])]
print("\\n" + json.dumps({"routes": routes, "commands": commands, "modules": modules}))
"""


@dataclass(frozen=True)
class Setting:
    """One setting with its whole name; `place` is the page that has to describe it."""

    name: str
    default: str
    meaning: str
    place: str = "docs/settings.md"


@dataclass(frozen=True)
class Composed:
    """What `wsgi.create_app()` gives with the defaults of development."""

    routes: tuple[str, ...]
    commands: tuple[str, ...]
    modules: frozenset[str]


def core_settings() -> list[Setting]:
    """The settings that belong to no gateway."""
    return [Setting(PREFIX + f.name, f.default, f.meaning) for f in FIELDS]


def gateway_settings(gateway: str) -> list[Setting]:
    """The settings of one gateway, its address among them."""
    kind = gateways.load(gateway)
    start = f"{PREFIX}{gateway.upper()}_"
    place = f"docs/gateways/{gateway}.md"
    found = [Setting(start + c.name, c.default, c.meaning, place) for c in kind.credentials]
    if not any(setting.name == f"{start}API_URL" for setting in found):
        meaning = "another address: a sandbox or a stub"
        found.append(Setting(f"{start}API_URL", kind.default_url, meaning, place))
    return found


@cache
def composed() -> Composed:
    """Start the app once, in a process and with a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", COMPOSE],
            cwd=ROOT,
            env=_clean_environment(Path(folder)),
            capture_output=True,
            text=True,
            timeout=60,
        )
    if done.returncode:
        raise AssertionError(f"create_app() failed:\n{done.stdout}\n{done.stderr}")
    seen = json.loads(done.stdout.splitlines()[-1])
    return Composed(tuple(seen["routes"]), tuple(seen["commands"]), frozenset(seen["modules"]))


def env_example() -> str:
    """The text of `.env.example`: every setting, commented, with its default."""
    lines = [
        "# Copy to .env and take away the # where you change something. The environment wins over",
        "# this file, and each NAME may be given as NAME_FILE, the path of a file with the value.",
        "",
    ]
    for setting in core_settings():
        lines += [f"# {setting.meaning}", f"# {setting.name}={setting.default}", ""]
    for gateway in gateways.names():
        lines.append(f"# --- {gateway}: docs/gateways/{gateway}.md")
        for setting in gateway_settings(gateway):
            lines += [f"# {setting.meaning}", f"# {setting.name}={setting.default}"]
        lines.append("")
    return "\n".join(lines)


def _clean_environment(folder: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith((PREFIX, "FLASK_"))}
    return kept | {
        f"{PREFIX}ENV": "development",
        f"{PREFIX}SECRET_KEY": "only-for-the-structure-tests-0123456789",
        f"{PREFIX}DATA_KEYS": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        f"{PREFIX}DATABASE_URL": f"sqlite:///{folder / 'structure.sqlite3'}",
        f"{PREFIX}GATEWAYS": "simulator",
    }


if __name__ == "__main__":
    print(env_example(), end="")
