"""Start, and start + check, over the API: ratios to the smallest possible Flask + SQLite app.

Ours is measured three times. "web": the process that serves, with all limits on, their numbers set
high enough for one busy program, as it is with distributed workers, which leave the texts to
workers elsewhere; what a text costs there is measured by `sends`. "no limits": the same without
them, as that app has none. "all": every code is texted meanwhile through the adapter of a gateway,
by threads of the same process, to a stub that takes each text at once. The goal is for the web
process: that app texts nobody.

A flow is a start and the right check after it, for a phone that nobody knows; then codes go to
phones that were confirmed. The guard against pumping would end anything else at once.

The goal, 0.35 of otpgateway (Go, Redis, nothing durable), is 0.62 and 0.70 of that app, which
reached 0.56 and 0.50 of otpgateway where both were measured.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from bench.load import Result, post, run
from bench.server import OURS, ROOT, free_port, serving
from bench.stub import settings, taking
from tests.valkey import running

SECONDS, ROUNDS, CONNECTIONS = 1.5, 8, 16  # short, for the machine drifts
CODE = "482913"
NAMES = ("smallest", "web", "no limits", "all")
OF_START, OF_FLOW = 0.62, 0.70


@dataclass
class Contender:
    """One server: where it is asked, and how fast it answered."""

    port: int
    start: str
    check: str
    login: str = ""
    starts: Result = field(default_factory=Result)
    flows: Result = field(default_factory=Result)
    numbers: "count[int]" = field(default_factory=count)

    def measure(self) -> None:
        """As many flows as can be, then starts for the phones that were confirmed."""
        first = next(self.numbers)
        self.flows.add(run(self.port, self._flows, CONNECTIONS, SECONDS))
        known = iter(range(first + 1, next(self.numbers) - CONNECTIONS))
        self.starts.add(run(self.port, map(self._start, known), CONNECTIONS, SECONDS))

    @property
    def flows_per_second(self) -> float:
        return self.flows.per_second / 2

    def _flows(self) -> Iterator[bytes]:
        """What one connection asks: flow after flow."""
        for number in self.numbers:
            yield self._start(number)
            yield self._post(self.check, {"To": _phone(number), "Code": CODE})

    def _start(self, number: int) -> bytes:
        form = {"To": _phone(number), "Channel": "sms", "CustomCode": CODE}
        return self._post(self.start, form)

    def _post(self, path: str, form: dict[str, str]) -> bytes:
        pair = base64.b64encode(self.login.encode()).decode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Authorization": f"Basic {pair}",
        }
        return post(path, urlencode(form), headers, f"127.0.0.1:{self.port}")


def main(options: list[str]) -> bool:
    """In turns, within one run; True when both goals are met."""
    with (
        tempfile.TemporaryDirectory() as folder,
        taking(0, is_quiet=True) as (gateway, _),
        ExitStack() as stack,
    ):
        places = {name: Path(folder) / f"{name}.sqlite3" for name in NAMES}
        line = stack.enter_context(running(Path(folder)))
        elsewhere = {"SIXDIGITS_WORKERS": "distributed", "SIXDIGITS_REDIS_URL": line.url}
        contenders = {
            "smallest": _smallest(stack, places["smallest"]),
            "web": _ours(stack, places["web"], gateway, elsewhere),
            "no limits": _ours(
                stack, places["no limits"], gateway, {**elsewhere, "SIXDIGITS_LIMITS": "off"}
            ),
            "all": _ours(stack, places["all"], gateway, {}),
        }
        for _ in range(ROUNDS):
            for contender in contenders.values():
                contender.measure()
    return _report(contenders)


def _smallest(stack: ExitStack, place: Path) -> Contender:
    port = free_port()
    environ = {"BENCH_DATABASE": str(place)}
    stack.enter_context(serving("bench.smallest:create_app", port, environ))
    return Contender(port, "/start", "/check")


def _ours(stack: ExitStack, place: Path, gateway: int, more: dict[str, str]) -> Contender:
    port = free_port()
    environ = {
        "SIXDIGITS_DATABASE_URL": f"sqlite:///{place}",
        **{f"SIXDIGITS_{name}": value for name, value in settings(gateway).items()},
        "SIXDIGITS_SENDS_PER_HOUR": "number=20,prefix=10000000",
        "SIXDIGITS_SENDS_PER_DAY": "number=20,country=10000000,all=10000000",
        "SIXDIGITS_API_SENDS_PER_MINUTE": "1000000",
        "PORT": str(port),
        **more,
    }
    made = _service(environ)
    base = f"/v2/Services/{made['service_sid']}"
    login = f"{made['account_sid']}:{made['auth_token']}"
    stack.enter_context(serving(OURS, port, environ))
    api = Contender(port, f"{base}/Verifications", f"{base}/VerificationCheck", login)
    run(port, iter([api._post(base, {"CustomCodeEnabled": "true"})]), 1, 5.0)
    return api


def _report(contenders: dict[str, Contender]) -> bool:
    bare, met = contenders["smallest"], {}
    for name, one in contenders.items():
        start = one.starts.per_second / bare.starts.per_second
        flow = one.flows_per_second / bare.flows_per_second
        met[name] = start >= OF_START and flow >= OF_FLOW
        print(
            f"{name:9} start {one.starts.per_second:6.0f}/s, flow {one.flows_per_second:6.0f}/s,"
            f" p99 {one.starts.percentile(0.99):4.0f} and {one.flows.percentile(0.99):4.0f} ms,"
            f" ratios {start:.2f} and {flow:.2f} {one.starts.statuses} {one.flows.statuses}"
        )
    print(f"goals of web: {OF_START} and {OF_FLOW}")
    return met["web"]


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
