"""What a person has enrolled, and what they could add, as the security page lists it."""

from typing import Any

from twofactor.house import house
from twofactor.models import Authenticator
from twofactor.sms import phone as phones
from twofactor.verify import authenticators, recovery
from twofactor.words import AuthenticatorKind

_TITLES = {
    AuthenticatorKind.PHONE: "Phone",
    AuthenticatorKind.APP: "Authenticator app",
    AuthenticatorKind.PASSKEY: "Passkey",
    AuthenticatorKind.RECOVERY: "Recovery codes",
}
_REMOVAL = {
    AuthenticatorKind.PHONE: "/account/phone/remove",
    AuthenticatorKind.APP: "/account/app/remove",
}
_CHANGE = {
    AuthenticatorKind.PHONE: "/account/phone",
    AuthenticatorKind.PASSKEY: "/account/passkeys",
    AuthenticatorKind.RECOVERY: "/account/recovery-codes",
}
_TO_ADD = (  # the strongest first
    (
        AuthenticatorKind.PASSKEY,
        "Your finger, face or PIN on this device. Nobody can phish it.",
        "/account/passkeys",
    ),
    (
        AuthenticatorKind.APP,
        "An app on your phone shows the codes. Works without a network.",
        "/account/app",
    ),
    (AuthenticatorKind.PHONE, "We text a code to your phone.", "/account/phone"),
    (
        AuthenticatorKind.RECOVERY,
        "Ten codes on paper, for the day the phone is lost.",
        "/account/recovery-codes",
    ),
)


def listed(user_id: int) -> list[dict[str, Any]]:
    """One row for each authenticator."""
    return [_row(authenticator, user_id) for authenticator in authenticators.live(user_id)]


def to_add(user_id: int) -> list[dict[str, str]]:
    """What is not there yet; recovery codes only beside something they can stand in for."""
    has = {a.kind for a in authenticators.live(user_id)}
    return [
        {"title": _TITLES[kind], "text": text, "url": url}
        for kind, text, url in _TO_ADD
        if kind not in has and (has or kind is not AuthenticatorKind.RECOVERY)
    ]


def stronger(user_id: int) -> list[dict[str, str]]:
    """Ways that are safer than a text and not there yet, the strongest first (S-13)."""
    safer = (_TITLES[AuthenticatorKind.PASSKEY], _TITLES[AuthenticatorKind.APP])
    return [way for way in to_add(user_id) if way["title"] in safer]


def _row(authenticator: Authenticator, user_id: int) -> dict[str, Any]:
    kind = AuthenticatorKind(authenticator.kind)
    return {
        "kind": kind.value,
        "sid": authenticator.sid,
        "title": _TITLES[kind],
        "detail": _detail(authenticator, kind, user_id),
        "added_at": authenticator.confirmed_at,
        "last_used_at": authenticator.last_used_at,
        "remove_url": _REMOVAL.get(kind),
        "change_url": _CHANGE.get(kind),
    }


def _detail(authenticator: Authenticator, kind: AuthenticatorKind, user_id: int) -> str | None:
    if kind is AuthenticatorKind.PHONE:
        return phones.mask(authenticators.phone_of(house().kit, authenticator).e164)
    if kind is AuthenticatorKind.RECOVERY:
        return f"{recovery.left(user_id)} of {recovery.CODES} left"
    return authenticator.name or None
