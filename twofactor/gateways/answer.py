"""One HTTP/1 answer, read whole: the standard library's parser is made for mail, and costs as much
as all the rest of a call."""

import re
from collections.abc import Mapping
from contextlib import suppress
from http.client import BadStatusLine, HTTPException, IncompleteRead, RemoteDisconnected
from socket import socket

from twofactor.gateways.deadline import AnswerTooLarge, Call, Incoming

SWITCHING_PROTOCOLS = 101
BODILESS = (101, 204, 304)
_STATUS = re.compile(rb"HTTP/1\.(\d) +(\d{3})(?: .*)?")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?")


class Answer:
    """Header names are lower case; of a repeated one the values are joined by commas.

    `is_last` says that the connection can't be used again. Making one raises what `Incoming` does,
    and HTTPException for what is no HTTP.
    """

    # What urllib3's pool wants to tell its log.
    version_string = "HTTP/1.1"
    length_remaining = 0

    def __init__(self, connection: socket, call: Call, method: str) -> None:
        self._incoming = Incoming(connection, call)
        self._room = call.answer_bytes
        version, self.status = self._start()
        self.headers: Mapping[str, str] = self._fields()
        while 100 <= self.status < 200 and self.status != SWITCHING_PROTOCOLS:
            version, self.status = self._start()
            self.headers = self._fields()
        words = self.headers.get("connection", "").lower()
        self.is_last = "close" in words or (version == 0 and "keep-alive" not in words)
        has_body = method != "HEAD" and self.status not in BODILESS
        self.body = self._content() if has_body else b""
        self.is_last |= not self._incoming.is_empty or self.status == SWITCHING_PROTOCOLS

    def _start(self) -> tuple[int, int]:
        """Minor version and status."""
        try:
            line = self._incoming.line()
        except IncompleteRead as error:
            if error.partial:
                raise
            raise RemoteDisconnected("closed without an answer") from None
        found = _STATUS.fullmatch(line)
        if found is None:
            raise BadStatusLine("no HTTP")
        return int(found[1]), int(found[2])

    def _fields(self) -> dict[str, str]:
        """The headers. A line that is none is passed over, as a browser does."""
        fields: dict[str, str] = {}
        name = ""
        while line := self._incoming.line().decode("latin-1"):
            if line[0] in " \t":  # goes on
                if name:
                    fields[name] = f"{fields[name]} {line.strip()}"
                continue
            name, colon, value = line.partition(":")
            name, value = name.rstrip().lower() if colon else "", value.strip(" \t")
            if name:
                fields[name] = f"{fields[name]}, {value}" if name in fields else value
        return fields

    def _content(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower().endswith("chunked"):
            return self._chunks()
        length = self._length()
        if length is None:
            self.is_last = True
            body = self._incoming.rest()
            self._check(len(body))
            return body
        self._check(length)
        return self._incoming.exactly(length)

    def _length(self) -> int | None:
        """What Content-Length says; None where there is none."""
        given = self.headers.get("content-length")
        if given is None:
            return None
        lengths = {length.strip() for length in given.split(",")}
        length = lengths.pop()
        if lengths or not (length.isascii() and length.isdecimal()) or len(length) > 18:
            raise HTTPException("no such length")
        return int(length)

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := self._chunk_size():
            self._check(len(body) + size)
            body += self._incoming.exactly(size)
            if self._incoming.line():
                raise HTTPException("a chunk does not end")
        with suppress(IncompleteRead):  # some close instead of ending the trailer
            while self._incoming.line():
                pass
        return bytes(body)

    def _chunk_size(self) -> int:
        found = _CHUNK.fullmatch(self._incoming.line())
        if found is None:
            raise HTTPException("no chunk")
        return int(found[1], 16)

    def _check(self, length: int) -> None:
        if length > self._room:
            raise AnswerTooLarge
