"""The real server as a process of its own, started as `make run` and `make serve` start it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from shutil import copyfile

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ("twofactor", "webapp", "webhooks", "api", "cli", "templates", "static", "migrations")
COMPOSER = "wsgi.py"  # copied, for Flask looks for `instance/` beside the real file
START_SECONDS = 60.0
STOP_SECONDS = 40.0

FLASK = ("-m", "flask", "run", "--port", "{port}")
SERVE = ("-m", "cli.serve")


@dataclass
class Server:
    """One installation in a folder of its own: the same code, another `instance/` and no `.env`.

    `settings` go without their prefix. Starting it again goes on with the same database.
    """

    folder: Path
    command: Sequence[str] = FLASK
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.port = self.port or free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / COMPOSER).exists():
            copyfile(ROOT / COMPOSER, self.folder / COMPOSER)
            for name in filter(lambda name: (ROOT / name).exists(), HOUSE):
                (self.folder / name).symlink_to(ROOT / name)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """All that this installation has printed so far."""
        return self._log_path.read_text(errors="replace") if self._log_path.exists() else ""

    def start(self) -> "Server":
        """Raises AssertionError with the log when the server does not come up."""
        arguments = [part.format(port=self.port) for part in self.command]
        with self._log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self.folder,
                env=self._environ(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        give_up_at = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > give_up_at:
                self.kill()
                raise AssertionError(f"the server did not start:\n{self.log}")
            time.sleep(0.05)
        return self

    def stop(self) -> int:
        """Ask it to end, as a service manager does; its exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"SIGTERM did not end the server:\n{self.log}") from None
        finally:
            self.kill()

    def kill(self) -> None:
        """End it and its children at once, as a power cut does."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
            self.process = None

    def flask(self, *words: str) -> str:
        """What a `flask` command of this installation prints on standard output."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", *words],
            cwd=self.folder,
            env=self._environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def _log_path(self) -> Path:
        return self.folder / "server.log"

    def _environ(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SIXDIGITS_", "FLASK_"))}
        own = {
            "DATABASE_URL": f"sqlite:///{self.folder / 'journey.sqlite3'}",
            "PUBLIC_URL": self.url,
            **self.settings,
        }
        kept["PORT"] = str(self.port)
        return kept | {f"SIXDIGITS_{name}": value for name, value in own.items()}

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
