"""What is handed to a gateway: one attempt, on record, with the text or the call it is about."""

from dataclasses import dataclass
from datetime import datetime

from twofactor.extensions import db
from twofactor.gateways.base import Gateway, OutgoingCall, OutgoingSms, SendResult
from twofactor.kit import Kit
from twofactor.models import Attempt, Message, Verification
from twofactor.sms.speech import spoken
from twofactor.words import Channel


@dataclass(frozen=True, slots=True)
class Order:
    """One attempt, on record and ready to be handed over."""

    attempt_id: int
    message_id: int
    tries: int
    gateway: Gateway
    out: OutgoingSms | OutgoingCall
    has_others: bool  # gateways that have not been asked for this text yet

    @property
    def is_call(self) -> bool:
        return isinstance(self.out, OutgoingCall)

    def hand_over(self) -> SendResult:
        """Ask the gateway to send or to call. May raise whatever an adapter's bug raises."""
        if isinstance(self.out, OutgoingCall):
            return self.gateway.call(self.out)
        return self.gateway.send(self.out)


def outgoing(
    kit: Kit, message: Message, attempt: Attempt, phone: str, now: datetime
) -> OutgoingSms | OutgoingCall:
    """The text or the call of an attempt. Raises ValueError once its body is erased."""
    if message.body_sealed is None:
        raise ValueError("the body is erased")
    gateway, public_url = kit.gateways[attempt.gateway], kit.settings.public_url
    body = kit.keyring.unseal(message.body_sealed, message.body_place)
    callback_url = public_url + gateway.callback_path(attempt.sid)
    if message.channel == Channel.CALL:
        verification = db.session.get_one(Verification, message.verification_id)
        return OutgoingCall(
            reference=attempt.sid,
            to=phone,
            greeting=body,
            language=spoken(verification.language),
            callback_url=callback_url,
            answer_url=public_url + gateway.answer_path(attempt.sid),
        )
    return OutgoingSms(
        reference=attempt.sid,
        to=phone,
        body=body,
        segments=message.segments,
        validity_seconds=max(1, int((message.valid_until - now).total_seconds())),
        callback_url=callback_url,
    )
