"""Start, and start + check, over the API: ratios to the smallest possible Flask + SQLite app.

Ours does all of its work meanwhile: every code is texted through the adapter of a gateway, by the
threads of the same process, to a stub that takes each text at once.

The goal, 0.35 of otpgateway (Go, Redis, nothing durable), is 0.62 and 0.70 of that app, which
reached 0.56 and 0.50 of otpgateway where both were measured.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from bench.load import Result, post, run
from bench.server import ROOT, free_port, serving
from bench.stub import settings, taking

SECONDS, ROUNDS, CONNECTIONS = 4.0, 3, 16
CODE = "482913"
OF_START, OF_FLOW = 0.62, 0.70


@dataclass
class Contender:
    """One server: where it is asked, and how fast it answered."""

    port: int
    start: str
    check: str
    login: str = ""
    starts: Result = field(default_factory=Result)
    checks: Result = field(default_factory=Result)
    numbers: "count[int]" = field(default_factory=count)

    def measure(self) -> None:
        """Start as many as can be, then check those that were started."""
        first = next(self.numbers)
        started = run(self.port, map(self._start, self.numbers), CONNECTIONS, SECONDS)
        self.starts.add(started)
        known = iter(range(first + 1, first + len(started.latencies) + 1))
        self.checks.add(run(self.port, map(self._check, known), CONNECTIONS, SECONDS))

    @property
    def flows(self) -> float:
        """Start + check a second."""
        return 1 / (1 / self.starts.per_second + 1 / self.checks.per_second)

    def _start(self, number: int) -> bytes:
        form = {"To": _phone(number), "Channel": "sms", "CustomCode": CODE}
        return self._post(self.start, form)

    def _check(self, number: int) -> bytes:
        return self._post(self.check, {"To": _phone(number), "Code": CODE})

    def _post(self, path: str, form: dict[str, str]) -> bytes:
        pair = base64.b64encode(self.login.encode()).decode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Authorization": f"Basic {pair}",
        }
        return post(path, urlencode(form), headers, f"127.0.0.1:{self.port}")


def main(options: list[str]) -> bool:
    """In turns, within one run; True when both goals are met."""
    with tempfile.TemporaryDirectory() as folder, taking(0, is_quiet=True) as (gateway, _):
        ours, smallest = free_port(), free_port()
        environ = {
            "SIXDIGITS_DATABASE_URL": f"sqlite:///{Path(folder) / 'ours.sqlite3'}",
            **{f"SIXDIGITS_{name}": value for name, value in settings(gateway).items()},
            "SIXDIGITS_LIMITS": "off",
            "PORT": str(ours),
        }
        made = _service(environ)
        small = {"BENCH_DATABASE": str(Path(folder) / "smallest.sqlite3")}
        base = f"/v2/Services/{made['service_sid']}"
        login = f"{made['account_sid']}:{made['auth_token']}"
        api = Contender(ours, f"{base}/Verifications", f"{base}/VerificationCheck", login)
        bare = Contender(smallest, "/start", "/check")
        with (
            serving("bench.smallest:create_app", smallest, small),
            serving("wsgi:serve", ours, environ),
        ):
            allow = api._post(base, {"CustomCodeEnabled": "true"})
            run(ours, iter([allow]), 1, 5.0)
            for _ in range(ROUNDS):
                bare.measure()
                api.measure()
    return _report(api, bare)


def _report(api: Contender, bare: Contender) -> bool:
    for name, contender in (("API", api), ("smallest", bare)):
        told = f"{contender.starts.statuses} {contender.checks.statuses}"
        print(
            f"{name:9} start {contender.starts.per_second:7.0f}/s"
            f" p99 {contender.starts.percentile(0.99):5.0f} ms,"
            f" check {contender.checks.per_second:7.0f}/s, both {contender.flows:7.0f}/s {told}"
        )
    start = api.starts.per_second / bare.starts.per_second
    flow = api.flows / bare.flows
    print(f"start {start:.2f} (goal {OF_START}), start + check {flow:.2f} (goal {OF_FLOW})")
    return start >= OF_START and flow >= OF_FLOW


def _phone(number: int) -> str:
    return f"+1{(205, 206, 207, 208)[number // 8_000_000 % 4]}{2_000_000 + number % 8_000_000}"


def _service(environ: dict[str, str]) -> dict[str, str]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "services", "create", "Bench"]
    done = subprocess.run(
        [*command, "--json", "--allow", "custom_code"],
        cwd=ROOT,
        env={**os.environ, **environ},
        check=True,
        capture_output=True,
        text=True,
    )
    made: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return made
