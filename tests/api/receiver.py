"""A program's web server over TLS on loopback, which keeps what it is told."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

from tests.gateways.certificates import Authority
from twofactor.outbound import Poster

HOST = "shop.example"


class Receiver:
    """What came, and how to answer it."""

    def __init__(self) -> None:
        self.answer = b"HTTP/1.1 204 No Content\r\n\r\n"
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.connected: list[tuple[str, int]] = []
        self.resolved: list[str] = []
        self.addresses = ["203.0.113.80"]
        self.poster: Poster

    @property
    def bodies(self) -> list[bytes]:
        return [body for _, body in self.got]


@contextmanager
def receiving(folder: Path, certified: str = HOST, seconds: float = 5.0) -> Iterator[Receiver]:
    """A receiver whose `poster` believes that loopback is the public internet."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.wfile.write(receiver.answer)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    authority = Authority(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue(certified))
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        server.handle_error = lambda *_: None  # type: ignore[method-assign]

        def resolve(host: str, _: int) -> list[str]:
            receiver.resolved.append(host)
            return receiver.addresses

        def connect(address: tuple[str, int], timeout: float) -> socket.socket:
            receiver.connected.append(address)
            return socket.create_connection(("127.0.0.1", server.server_port), timeout)

        trusted = ssl.create_default_context(cafile=str(authority.ca_file))
        receiver.poster = Poster(resolve, lambda _: True, trusted, seconds, connect)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
