"""Certificates for tests: a private authority, and server certificates it signs."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """`ca_file` is what a caller trusts; `issue` writes a certificate and key for one name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        own = self._unsigned(self._name, self._key).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.ca_file = folder / "authority.pem"
        self.ca_file.write_bytes(self._sign(own))

    def issue(self, host: str) -> tuple[Path, Path]:
        """Certificate and key files for `host`, a DNS name or an IP address."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        alternative: x509.GeneralName = x509.DNSName(host)
        if host.replace(".", "").isdigit():
            alternative = x509.IPAddress(ip_address(host))
        unsigned = self._unsigned(name, key).add_extension(
            x509.SubjectAlternativeName([alternative]), critical=False
        )
        files = (self._folder / f"{host}.pem", self._folder / f"{host}.key")
        files[0].write_bytes(self._sign(unsigned))
        files[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return files

    def _unsigned(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        own_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(own_id, critical=False)
            .add_extension(issuer_id, critical=False)
        )

    def _sign(self, unsigned: x509.CertificateBuilder) -> bytes:
        signed = unsigned.sign(self._key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM)
