"""A gateway's API on loopback that answers, or misbehaves, as a test tells it to."""

import contextlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Heard:
    """One request as the stub heard it; header names are lower case."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        pairs = parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True)
        assert len(dict(pairs)) == len(pairs), "a field is sent twice"
        return dict(pairs)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """A whole, well-framed HTTP answer. `of` makes one with a JSON body."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, content: Any, status: int = 200, **headers: str) -> "Answer":
        """Underscores in names of headers become hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = json.dumps(content).encode()
        return cls(status, body, {"Content-Type": "application/json"} | named)

    def __call__(self, line: "Line") -> None:
        line.put(self.head(len(self.body)) + self.body)

    def head(self, length: int) -> bytes:
        headers = dict(self.headers) | {"Content-Length": str(length), "Connection": "close"}
        lines = [f"HTTP/1.1 {self.status} Stub", *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode()


class Line:
    """What a behaviour can do: put bytes, or wait (True once the test is over)."""

    def __init__(self, put: Callable[[bytes], Any], over: threading.Event) -> None:
        self.put = put
        self.wait = over.wait


Behaviour = Callable[[Line], None]


def hang(line: Line) -> None:
    """Take the request and say nothing."""
    line.wait(30)


def drip_headers(line: Line) -> None:
    """A header that never ends, a byte at a time."""
    line.put(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not line.wait(0.02):
        line.put(b"x")


def drip_body(line: Line) -> None:
    """A body that comes a byte at a time."""
    line.put(Answer().head(100_000))
    while not line.wait(0.02):
        line.put(b" ")


def huge(line: Line) -> None:
    """Ten megabytes in one JSON string."""
    line.put(Answer().head(10 * 1024 * 1024 + 2) + b'"')
    for _ in range(160):
        line.put(b"x" * 65536)
    line.put(b'"')


def hang_up(line: Line) -> None:
    """Take the request and close."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256  # a burst of calls connects at once; five, and the kernel resets some


class Stub:
    """A server at `url`. `behave` sets what comes next, the last for good; `heard` is the log."""

    def __init__(self, tls_files: tuple[Path, Path] | None = None) -> None:
        self.heard: list[Heard] = []
        self._next: list[Behaviour] = [Answer()]
        self._over = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        scheme = "http"
        if tls_files:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls_files)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"

    def behave(self, *behaviours: Behaviour) -> None:
        self._next = list(behaviours)

    def _take(self) -> Behaviour:
        return self._next.pop(0) if len(self._next) > 1 else self._next[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                url = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                if len(body) < length:  # the caller died over it: nobody acts on half a request
                    self.close_connection = True
                    return
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = parse_qsl(url.query, keep_blank_values=True)
                stub.heard.append(Heard(self.command, url.path, query, headers, body))
                self.close_connection = True
                with contextlib.suppress(OSError):
                    stub._take()(Line(self.wfile.write, stub._over))

            do_GET = do_POST = do_PUT = _answer

            def handle(self) -> None:
                # A refused handshake and a caller that hung up are what the tests are about.
                with contextlib.suppress(OSError):
                    super().handle()

            def finish(self) -> None:
                with contextlib.suppress(OSError):
                    super().finish()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler

    def __enter__(self) -> "Stub":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def stubs(count: int) -> Iterator[Sequence[Stub]]:
    """Several at once."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Stub()) for _ in range(count)]
