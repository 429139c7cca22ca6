"""The keyring: what is sealed, fingerprinted or digested, with keys that never enter the database.

Sealed values are AES-256-GCM with the id of their key in front and their place as associated data,
so that a value copied to another row or column can't be opened (ASVS 11.3.2).
"""

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from twofactor import randomness

KEY_ID_BYTES = 4
NONCE_BYTES = 12
REMEMBERED = 256  # fingerprints: one request asks for the same one again and again


class Unreadable(ValueError):
    """A sealed value that no key opens: another place, another key, or damaged."""


class _DataKey:
    """One data key and what is derived from it."""

    def __init__(self, key: bytes) -> None:
        self.id = hashlib.sha256(b"sixdigits key id" + key).digest()[:KEY_ID_BYTES]
        self.cipher = AESGCM(_derive(key, "seal"))
        self.fingerprint = _keyed(_derive(key, "fingerprint"))
        self.code = _keyed(_derive(key, "code"))


class Keyring:
    """All keys of an installation; `data_keys` newest first, the older ones only open and verify.

    `repr` shows nothing.
    """

    def __init__(self, secret_key: str, data_keys: Sequence[bytes]) -> None:
        self._secret = secret_key.encode()
        self._keys = [_DataKey(key) for key in data_keys]
        self._by_id = {key.id: key for key in self._keys}
        self._token_key = _keyed(self.derive("token"))
        self._fingerprints = lru_cache(REMEMBERED)(self._all_fingerprints)

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose, from the secret key."""
        return _derive(self._secret, purpose)

    def seal(self, text: str, place: str) -> bytes:
        """`text`, readable only with this keyring and for the same `place`."""
        key, nonce = self._keys[0], randomness.take(NONCE_BYTES)
        return key.id + nonce + key.cipher.encrypt(nonce, text.encode(), place.encode())

    def unseal(self, sealed: bytes, place: str) -> str:
        """The text that was sealed for `place`. Raises Unreadable."""
        key_id, rest = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES:]
        key = self._by_id.get(key_id)
        if key is None:
            raise Unreadable("sealed with a key that is not in DATA_KEYS")
        nonce, box = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
        try:
            return key.cipher.decrypt(nonce, box, place.encode()).decode()
        except InvalidTag:
            raise Unreadable("damaged, or sealed for another place") from None

    @property
    def newest_id(self) -> bytes:
        """What every value sealed from now on begins with."""
        return self._keys[0].id

    def is_newest(self, sealed: bytes) -> bool:
        """True when the newest key sealed this."""
        return sealed[:KEY_ID_BYTES] == self._keys[0].id

    def fingerprint(self, value: str) -> str:
        """What equal values share in the database without being readable (blind index)."""
        return self._fingerprints(value)[0]

    def fingerprints(self, value: str) -> tuple[str, ...]:
        """The fingerprints under every key, newest first; for looking up while keys rotate."""
        return self._fingerprints(value)

    def _all_fingerprints(self, value: str) -> tuple[str, ...]:
        return tuple(_mac(key.fingerprint, value).hex() for key in self._keys)

    def digest_code(self, sid: str, code: str) -> bytes:
        """What is stored of a code: an HMAC bound to its verification (S-11)."""
        key = self._keys[0]
        return key.id + _mac(key.code, f"{sid}:{code}")

    def is_code(self, sid: str, code: str, digest: bytes) -> bool:
        """Compare in constant time (S-10); a digest of a dropped key fits nothing."""
        key = self._by_id.get(digest[:KEY_ID_BYTES])
        if key is None:
            return False
        return hmac.compare_digest(key.id + _mac(key.code, f"{sid}:{code}"), digest)

    def hash_token(self, token: str) -> str:
        """What is stored of a bearer token: of no use to a thief of the database."""
        return _mac(self._token_key, token).hex()

    def pseudonym(self, kind: str, value: str) -> str:
        """A short keyed name for counters and audit rows, never traced back to the value."""
        return _mac(self._token_key, f"{kind}\0{value}").hex()[:32]


def _keyed(key: bytes) -> HMAC:
    return HMAC(key, SHA256())


def _mac(keyed: HMAC, text: str) -> bytes:
    """HMAC-SHA-256. Of a copy: `hmac.digest` sets its key up anew each time, and gives Python's
    lock away even for a few bytes, for which a thread among busy ones waits its turn again."""
    mac = keyed.copy()
    mac.update(text.encode())
    return mac.finalize()


def _derive(key: bytes, purpose: str) -> bytes:
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"sixdigits {purpose}".encode())
    return hkdf.derive(key)
