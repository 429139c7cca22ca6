"""Phone calls, for the gateways that make them: what goes out, the key that comes back, the script.

No call begins with the code: it is said once somebody has pressed a key, so that no voicemail ever
keeps one (docs/decisions/0010).
"""

from dataclasses import dataclass

from twofactor.gateways.callback import check_storable


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """One call to one phone. `reference` is our attempt's sid; both addresses hold it already."""

    reference: str
    to: str  # E.164 with +
    greeting: str  # said until a key is pressed; holds no code
    language: str  # of the greeting, one of `sms.speech`
    callback_url: str  # where the gateway reports how the call fares
    answer_url: str  # where it asks what to say once a key is pressed
    segments: int = 1  # a call has one price


@dataclass(frozen=True, slots=True)
class KeyPress:
    """Somebody pressed a key in a call of ours. Raises Malformed for what can't be stored."""

    gateway_ref: str
    attempt_sid: str  # our reference
    recipient: str  # E.164 with +, or ''

    def __post_init__(self) -> None:
        check_storable(self.gateway_ref)


@dataclass(frozen=True, slots=True)
class Script:
    """What a gateway wants to be told to say something, as the body of an HTTP answer."""

    content_type: str
    body: str
