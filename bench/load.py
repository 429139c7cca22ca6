"""A load generator: raw HTTP/1.1 on kept connections, each with one request under way."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter


@dataclass
class Result:
    """What came back within one run or several."""

    seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)  # seconds

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def add(self, other: "Result") -> None:
        self.seconds += other.seconds
        self.latencies += other.latencies
        for status, count in other.statuses.items():
            self.statuses[status] = self.statuses.get(status, 0) + count


def post(path: str, body: str, headers: dict[str, str], host: str) -> bytes:
    """The bytes of one form POST."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last is whole."""

    def __init__(self, requests: Iterator[bytes], until: float, result: Result) -> None:
        self._requests, self._until, self._result = requests, until, result
        self._buffer, self._sent_at = b"", 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def _next(self) -> None:
        request = next(self._requests, None)
        self._sent_at = perf_counter()
        if request is None or self._sent_at >= self._until:
            self._transport.close()
            return
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator or len(rest) < _length(head):
            return
        self._buffer = b""
        self._result.latencies.append(perf_counter() - self._sent_at)
        status = int(head[9:12])
        self._result.statuses[status] = self._result.statuses.get(status, 0) + 1
        self._next()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    return int(lowered[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


def run(
    port: int,
    requests: Iterator[bytes] | Callable[[], Iterator[bytes]],
    connections: int,
    seconds: float,
) -> Result:
    """Load 127.0.0.1:`port` for so long, with requests that all connections share or with those
    that each makes for itself; ends early when the requests do."""

    async def go() -> Result:
        loop, result, start = asyncio.get_running_loop(), Result(), perf_counter()
        opened = [
            await loop.create_connection(
                lambda: _Connection(
                    requests() if callable(requests) else requests, start + seconds, result
                ),
                "127.0.0.1",
                port,
            )
            for _ in range(connections)
        ]
        await asyncio.gather(*(protocol.done for _, protocol in opened))
        result.seconds = perf_counter() - start
        return result

    return asyncio.run(go())
