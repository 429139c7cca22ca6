"""The people of the demo: users with a confirmed phone. They have no password and can't log in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import func, insert, select

from cli.demo.world import PLACES, phone
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Authenticator, User
from twofactor.words import AuthenticatorKind

MOST = 20_000
MESSAGES_EACH = 20


@dataclass(frozen=True, slots=True)
class Person:
    """Whom texts go to."""

    e164: str
    fingerprint: str
    country: str
    carrier: str  # '' where the phone tells none


def invent(kit: Kit, messages: int, since: datetime, seed: int, chance: Random) -> list[Person]:
    """Write users and phones in the caller's transaction; enough for so many messages."""
    places = chance.choices(PLACES, [p.share for p in PLACES], k=_crowd(messages))
    first = (db.session.scalar(select(func.max(User.id))) or 0) + 1
    people, users, phones = [], [], []
    for number, place in enumerate(places, first):
        e164 = phone(place, chance)
        carrier = chance.choices(list(place.carriers), list(place.carriers.values()))[0]
        person = Person(e164, kit.keyring.fingerprint(e164), place.country, carrier)
        people.append(person)
        sid = f"{seed & 0xFFFFFFFF:08x}{number:024x}"
        users.append(_user(number, sid, since))
        phones.append(_phone(kit, person, number, sid, since))
    db.session.execute(insert(User), users)
    db.session.execute(insert(Authenticator), phones)
    return people


def _crowd(messages: int) -> int:
    return max(10, min(MOST, messages // MESSAGES_EACH))


def _user(number: int, sid: str, since: datetime) -> dict[str, object]:
    return {
        "id": number,
        "sid": f"US{sid}",
        "email": f"person-{sid[:8]}-{number}@demo.example",
        "password_hash": "",
        "is_operator": False,
        "language": "en",
        "created_at": since - timedelta(hours=1),
    }


def _phone(kit: Kit, person: Person, number: int, sid: str, since: datetime) -> dict[str, object]:
    place = Authenticator(sid=f"AU{sid}").place
    return {
        "sid": f"AU{sid}",
        "user_id": number,
        "kind": AuthenticatorKind.PHONE.value,
        "phone_sealed": kit.keyring.seal(person.e164, place),
        "phone_fingerprint": person.fingerprint,
        "country": person.country,
        "created_at": since - timedelta(hours=1),
        "confirmed_at": since - timedelta(hours=1),
    }
