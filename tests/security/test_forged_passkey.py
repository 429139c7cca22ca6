"""GitLab CVE-2026-0723: a forged answer of a second factor was accepted."""

import hashlib
import html
import json
import re
import struct

import pytest
from cbor2 import dumps
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import select
from webauthn.helpers import bytes_to_base64url

from tests.browser import Browser
from tests.cast import ALICE, BOB, Cast
from twofactor import ids
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Authenticator, Passkey, User
from twofactor.models.database import transaction

HERS, ANOTHERS = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
CREDENTIAL = bytes_to_base64url(b"alice's own")
URL = "http://127.0.0.1:5000"


def give_passkey(cast: Cast, email: str = ALICE) -> None:
    """Somebody has one already, whose key the test holds."""
    point = HERS.public_key().public_numbers()
    cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
    with cast.app.app_context(), transaction():
        user = db.session.scalars(select(User).where(User.email == email)).one()
        now = house().kit.now()
        kept = Authenticator(
            sid=ids.new_sid(ids.AUTHENTICATOR), user_id=user.id, kind="passkey", name="Hers"
        )
        kept.created_at = kept.confirmed_at = now
        db.session.add(kept)
        db.session.flush()
        row = Passkey(authenticator_id=kept.id, credential_id=CREDENTIAL, sign_count=1)
        row.public_key, row.is_synced = dumps(cose), False
        db.session.add(row)


def challenge(browser: Browser) -> str:
    """What the page asks the browser to sign."""
    page = browser.get("/login/other").text
    found = re.search(r'data-options="([^"]+)"', page)
    assert found is not None
    return str(json.loads(html.unescape(found[1]))["challenge"])


def answer(
    asked: str, key: ec.EllipticCurvePrivateKey = HERS, origin: str = URL, count: int = 2
) -> str:
    """What a browser sends: the challenge, signed."""
    client = json.dumps({"type": "webauthn.get", "challenge": asked, "origin": origin}).encode()
    data = hashlib.sha256(b"127.0.0.1").digest() + b"\x05" + struct.pack(">I", count)
    signature = key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
    response = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
    sent = {name: bytes_to_base64url(value) for name, value in response.items()}
    return json.dumps(
        {"id": CREDENTIAL, "rawId": CREDENTIAL, "type": "public-key", "response": sent}
    )


def lets_in(browser: Browser, credential: str) -> bool:
    sent = browser.post("/login/other", method="passkey", credential=credential)
    return sent.status_code == 303 and browser.get("/account").status_code == 200


def test_the_true_answer_lets_in_once(cast: Cast) -> None:
    give_passkey(cast)
    alice = cast.at_code_page()
    credential = answer(challenge(alice))
    assert lets_in(alice, credential)
    assert not lets_in(cast.at_code_page(), credential)


@pytest.mark.parametrize("forged", ["key", "origin", "count", "challenge", "another session"])
def test_gitlab_a_forged_answer_lets_nobody_in(cast: Cast, forged: str) -> None:
    give_passkey(cast)
    thief = cast.at_code_page()
    credential = {
        "key": lambda: answer(challenge(thief), ANOTHERS),
        "origin": lambda: answer(challenge(thief), origin="https://evil.example"),
        "count": lambda: answer(challenge(thief), count=1),
        "challenge": lambda: answer(bytes_to_base64url(b"made up by the thief, 32 bytes..")),
        "another session": lambda: answer(challenge(cast.at_code_page())),
    }[forged]()
    assert not lets_in(thief, credential)


def test_wp_2fa_anothers_passkey_does_not_open_this_account(cast: Cast) -> None:
    give_passkey(cast, BOB)
    thief = cast.at_code_page()
    other = cast.at_code_page(BOB)
    assert not lets_in(thief, answer(challenge(other)))
