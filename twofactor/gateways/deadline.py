"""One time bound over a whole HTTP call, and the truth about whether anything was sent.

A socket's timeout starts anew with every byte, so a gateway that drips its headers or its body
holds a thread for hours. Here every read of an answer gets only what is left of the call.
"""

from contextvars import ContextVar
from http.client import IncompleteRead
from socket import socket
from time import monotonic

PIECE = 65536


class AnswerTooLarge(Exception):
    """More came than the caller wants to hold."""


class Call:
    """One HTTP call: what it sends, when it must be over, whether a first byte has left, and how
    many bytes of answer are welcome."""

    def __init__(self, seconds: float, answer_bytes: int) -> None:
        self.deadline = monotonic() + seconds
        self.answer_bytes = answer_bytes
        self.request = b""
        self.is_sent = False


CALL: ContextVar[Call] = ContextVar("call")


class Incoming:
    """The receiving half of a connection, never waiting past the call's deadline. All raise
    TimeoutError past it, IncompleteRead at an early end, and AnswerTooLarge."""

    def __init__(self, connection: socket, call: Call) -> None:
        self._connection = connection
        self._read_seconds = connection.gettimeout() or float("inf")
        self._deadline = call.deadline
        self._room = 2 * call.answer_bytes  # head and framing: at most as much again
        self._bytes = bytearray()

    @property
    def is_empty(self) -> bool:
        """True when nothing is in hand that was not asked for."""
        return not self._bytes

    def line(self) -> bytes:
        """The next line, without its end."""
        seen = 0
        while (end := self._bytes.find(b"\n", seen)) < 0:
            seen = len(self._bytes)
            if not self._more():
                raise IncompleteRead(bytes(self._bytes))
        taken = self._take(end + 1)
        return taken[:-2] if taken.endswith(b"\r\n") else taken[:-1]

    def exactly(self, count: int) -> bytes:
        """The next so many bytes."""
        while len(self._bytes) < count:
            if not self._more():
                raise IncompleteRead(bytes(self._bytes), count - len(self._bytes))
        return self._take(count)

    def rest(self) -> bytes:
        """All until the other side closes."""
        while self._more():
            pass
        return self._take(len(self._bytes))

    def _take(self, count: int) -> bytes:
        taken = bytes(self._bytes[:count])
        del self._bytes[:count]
        return taken

    def _more(self) -> bool:
        """Receive something; False at the end."""
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        if left < self._read_seconds:
            self._connection.settimeout(left)
        piece = self._connection.recv(PIECE)
        self._room -= len(piece)
        if self._room < 0:
            raise AnswerTooLarge
        self._bytes += piece
        return bool(piece)
