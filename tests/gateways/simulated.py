"""A whole simulated network: phones in a file, a clock that stands, a stub as webhook."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from urllib.parse import urlencode

from tests.gateways.stub import Heard, Stub
from twofactor.clock import Clock, FixedClock
from twofactor.crypto import Keyring
from twofactor.gateways.base import Callback, OutgoingCall, OutgoingSms
from twofactor.gateways.simulator.buttons import Buttons
from twofactor.gateways.simulator.gateway import Simulator
from twofactor.gateways.simulator.phones import Phones
from twofactor.gateways.simulator.radio import Radio
from twofactor.gateways.simulator.text import Text
from twofactor.gateways.wire import Wire

NOW = datetime(2026, 11, 2, 9, 15, tzinfo=UTC)
PHONE = "+256700111222"
TOKEN = "the simulator's own token for signatures"
ATTEMPT = "VL0123456789abcdef0123456789abcdef"
BODY = "482915 is your Acme security code to log in.\n\n@2fa.example.com #482915"
PLACE = "simulator text"


def open_phones(path: Path) -> Phones:
    """The file as the product opens it: sealed by a keyring."""
    keyring = Keyring("s" * 32, [b"d" * 32])
    return Phones(
        path,
        seal=lambda text: keyring.seal(text, PLACE),
        unseal=lambda sealed: keyring.unseal(sealed, PLACE),
        fingerprint=keyring.fingerprint,
    )


@dataclass
class Network:
    """Everything of one simulated network."""

    stub: Stub
    phones: Phones
    clock: Clock
    radio: Radio
    gateway: Simulator
    buttons: Buttons
    wakes: list[str] = field(default_factory=list)

    def sms(self, to: str = PHONE, reference: str = ATTEMPT) -> OutgoingSms:
        url = f"{self.stub.url}/webhooks/simulator/status?attempt={reference}"
        return OutgoingSms(reference, to, BODY, 1, 300, url)

    def phone_call(self, to: str = PHONE, reference: str = ATTEMPT) -> OutgoingCall:
        """A call as the outbox orders it."""
        door = f"{self.stub.url}/webhooks/simulator"
        return OutgoingCall(
            reference,
            to,
            "This is Acme. Press any key.",
            "en",
            f"{door}/status?attempt={reference}",
            f"{door}/voice?attempt={reference}",
        )

    def text(self, to: str = PHONE) -> Text:
        """The newest text of a phone."""
        return self.phones.texts(to)[0]

    def pass_time(self, seconds: float) -> list[str]:
        """Let time pass, one tenth of a second after another; the status words then posted."""
        assert isinstance(self.clock, FixedClock)
        before = len(self.stub.heard)
        for _ in range(round(seconds * 10)):
            self.clock.advance(0.1)
            self.radio.post_due()
        return [heard.form["MessageStatus"] for heard in self.stub.heard[before:]]

    def callback(self, heard: Heard) -> Callback:
        """What the stub heard, as our webhook hands it to the gateway."""
        query = f"?{urlencode(heard.query)}" if heard.query else ""
        url = f"{self.stub.url}{heard.path}{query}"
        callback = Callback(heard.method, url, heard.headers, heard.body, NOW)
        return replace(callback, attempt_sid=dict(heard.query).get("attempt", ""))


@contextmanager
def network(
    folder: Path, settings: Mapping[str, str] | None = None, clock: Clock | None = None
) -> Iterator[Network]:
    """A network that calls a stub on loopback; its clock stands unless another is given."""
    clock = clock or FixedClock(NOW)
    wire = Wire(connect_seconds=0.5, read_seconds=0.5, total_seconds=1)
    phones = open_phones(folder / "phones.sqlite")
    radio = Radio(phones, wire, clock, TOKEN)
    wakes: list[str] = []

    def wake() -> None:
        wakes.append("woken")
        radio.wake()

    gateway = Simulator(settings or {}, wire, phones=phones, clock=clock, token=TOKEN, wake=wake)
    with Stub() as stub:
        buttons = Buttons(phones, clock, wake, f"{stub.url}/webhooks/simulator/inbound")
        yield Network(stub, phones, clock, radio, gateway, buttons, wakes)
        radio.stop()
        phones.close()


def until(is_so: Callable[[], bool], tries: int = 400) -> bool:
    """Whether it becomes so while other threads work."""
    pause = Event()
    return any(is_so() or pause.wait(0.02) for _ in range(tries))
