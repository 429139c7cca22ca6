"""The servers of the benchmarks: ours, and one for the rivals."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
OURS = "wsgi:serve_asgi"
START_SECONDS = 30.0


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(factory: str, port: int) -> list[str]:
    """Ours as `make serve` starts it; a rival on Granian, the fastest server for WSGI."""
    if factory == OURS:
        return [sys.executable, "-m", "cli.serve"]
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", factory),
        *("--host", "127.0.0.1", "--port", str(port), "--http", "1", "--no-ws", "--workers", "1"),
        *("--blocking-threads", "512", "--backpressure", "1024", "--log-level", "warning"),
    ]


@contextmanager
def serving(
    factory: str, port: int, environ: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """The server, ready to be asked; it ends with the block."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command(factory, port),
        cwd=ROOT,
        env={**os.environ, **environ, "PORT": str(port), "MALLOC_ARENA_MAX": "2"},
        stdout=quiet,
        stderr=quiet,
    )
    try:
        _wait(port, process)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(40)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server on port {port} did not come up")
