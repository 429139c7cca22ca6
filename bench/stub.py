"""A gateway that takes every text after so many milliseconds, in a process of its own.

`python -m bench.stub DELAY [quiet]` prints its port, then, unless it is to be quiet, for each text
the moment it came (the machine's monotonic clock, which all its processes share). Speaks Twilio's
API and EgoSMS's.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import IO

SIDS = count(1)
ACCOUNT, TOKEN, SENDER = "AC" + "0f" * 16, "a" * 32, "+15005550006"


def settings(port: int) -> dict[str, str]:
    """What the product is told so that its texts go to the stub."""
    return {
        "GATEWAYS": "twilio",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": SENDER,
        "TWILIO_API_URL": f"http://127.0.0.1:{port}",
    }


class Stub(asyncio.Protocol):
    """One kept connection."""

    def __init__(self, delay: float, *, is_quiet: bool) -> None:
        self._delay, self._data, self._is_quiet = delay, b"", is_quiet

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        while b"\r\n\r\n" in self._data:
            head, rest = self._data.split(b"\r\n\r\n", 1)
            lines = head.lower().split(b"\r\n")
            length = next((int(x[15:]) for x in lines if x.startswith(b"content-length:")), 0)
            if len(rest) < length:
                return
            body, self._data = rest[:length], rest[length:]
            is_twilio = b"/accounts/" in lines[0]
            is_text = is_twilio or b"msgdata" in body  # and no question about the balance
            if is_text and not self._is_quiet:
                print(time.monotonic(), flush=True)
            self._say(_answer(is_twilio=is_twilio))

    def _say(self, answer: bytes) -> None:
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._transport.write, answer)
        else:
            self._transport.write(answer)


def _answer(*, is_twilio: bool) -> bytes:
    if is_twilio:
        body = json.dumps({"sid": f"SM{next(SIDS):032x}", "status": "queued", "num_segments": "1"})
        line = "HTTP/1.1 201 Created"
    else:
        body = json.dumps({"Status": "OK", "MsgFollowUpUniqueCode": f"C{next(SIDS)}"})
        line = "HTTP/1.1 200 OK"
    head = f"{line}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


@contextmanager
def taking(delay_ms: int, *, is_quiet: bool = False) -> Iterator[tuple[int, IO[str]]]:
    """A stub's port, and where it tells when texts came."""
    command = [sys.executable, "-m", "bench.stub", str(delay_ms), *["quiet"] * is_quiet]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline()), process.stdout
        finally:
            process.kill()


async def main(delay_ms: int, *, is_quiet: bool) -> None:
    """Serve until killed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Stub(delay_ms / 1000, is_quiet=is_quiet), "127.0.0.1", 0, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), is_quiet="quiet" in sys.argv))
