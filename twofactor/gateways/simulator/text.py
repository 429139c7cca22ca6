"""What lies on a simulated phone, texts and phone calls, and what the network has yet to report."""

from dataclasses import dataclass
from datetime import datetime

from twofactor.words import Status


@dataclass(frozen=True, slots=True)
class Text:
    """A text or a phone call to a simulated phone, or the phone's reply."""

    sid: str
    to: str  # E.164 with +
    sender: str
    body: str
    at: datetime  # when it was handed over
    url: str  # where its receipts are posted, or the reply itself
    arrives_at: datetime | None  # None: never
    carrier: str = ""
    status: Status = Status.QUEUED  # the last one reported
    error_code: str = ""
    is_reply: bool = False
    answer_url: str = ""  # of a phone call: where a pressed key is posted

    @property
    def is_call(self) -> bool:
        """A phone call; `body` is what it has said so far."""
        return self.answer_url != ""

    @property
    def phone(self) -> str:
        """The simulated phone that it came to, or from."""
        return self.sender if self.is_reply else self.to

    def has_arrived(self, now: datetime) -> bool:
        """True when a person can read it on the phone."""
        return self.arrives_at is not None and self.arrives_at <= now


KEY = "key"  # in place of an error code: somebody presses a key


@dataclass(frozen=True, slots=True)
class Fact:
    """What is to be reported of a text, and when. Of a phone call, also that a key is pressed."""

    status: Status
    due_at: datetime
    error_code: str = ""  # or KEY


@dataclass(frozen=True, slots=True)
class Call:
    """A report that one process has claimed: nobody else makes it until the lease ends."""

    id: int
    text: Text
    status: Status
    error_code: str
    tries: int  # with this one


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a claimed report: it was taken, or is to be made again, or is dropped."""

    call: Call
    is_taken: bool = False
    again_at: datetime | None = None
