"""The genuine npm package `twilio` runs every operation against a running server."""

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.api.program import PHONE, Program
from tests.api.served import served
from tests.cast import Cast
from tests.conftest import NOON
from twofactor.clock import FixedClock

FOLDER = Path(__file__).parent / "node"


@pytest.fixture(scope="module")
def node() -> str:
    """Node with the SDK beside it; installed once, from the lock file."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None or npm is None:
        pytest.skip("NOT TESTED: Twilio's Node SDK, because node or npm is not on this machine")
    with (FOLDER / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (FOLDER / "node_modules" / "twilio").exists():
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=FOLDER, check=True, capture_output=True, timeout=100)
    return found


def test_every_operation(node: str, tmp_path: Path) -> None:
    with served(tmp_path) as (base, app):
        program, cast = Program(app), Cast(app, FixedClock(NOON))
        script = subprocess.Popen(
            [node, "every_operation.js"],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={
                "PATH": os.environ["PATH"],
                "BASE": base,
                "ACCOUNT": program.account_sid,
                "SECRET": program.secret,
                "PHONE": PHONE.e164,
            },
        )
        assert script.stdin is not None
        assert script.stdout is not None
        assert script.stderr is not None
        said = []
        for line in script.stdout:
            said.append(json.loads(line))
            if said[-1].get("wants"):
                script.stdin.write(cast.code(PHONE) + "\n")
                script.stdin.flush()
        complaint = script.stderr.read()
        assert script.wait(10) == 0, complaint
        assert said[-1] == {"done": True}
        for pipe in (script.stdin, script.stdout, script.stderr):
            pipe.close()
