"""Settings: bounds, sources, unknown names."""

import base64
from pathlib import Path

import pytest

from tests.settings import settings_from
from tests.structure.tree import ROOT
from twofactor import gateways
from twofactor.config import sources
from twofactor.config.faults import ConfigError
from twofactor.config.load import load
from twofactor.config.settings import Settings

GOOD: list[tuple[str, str, str, object]] = [
    ("CODE_LENGTH", "4", "codes.length", 4),
    ("CODE_LENGTH", "10", "codes.length", 10),
    ("CODE_LIFETIME_SECONDS", "1", "codes.lifetime_seconds", 1),
    ("CODE_LIFETIME_SECONDS", "600", "codes.lifetime_seconds", 600),
    ("CODE_MAX_CHECKS", "1", "codes.max_checks", 1),
    ("CODE_MAX_CHECKS", "10", "codes.max_checks", 10),
    ("CODE_MAX_SENDS", "100", "codes.max_sends", 100),
    ("RESEND_WAITS_SECONDS", "0, 3600", "codes.resend_waits", (0, 3600)),
    ("TRUSTED_PROXIES", "10", "trusted_proxies", 10),
    ("COUNTRIES", "ug, KE", "countries", frozenset({"UG", "KE"})),
    ("COUNTRIES", "*", "countries", None),
    ("LIMITS", "off", "limits", False),
    ("BRAND", "Bank of Kampala", "brand", "Bank of Kampala"),
    ("PUBLIC_URL", "https://Login.Example.com:8443/", "public_url", "https://login.example.com:8443"),
    ("PUBLIC_URL", "http://[::1]:5000", "host", "::1"),
    ("GATEWAYS", "simulator, twilio", "gateways", ("simulator", "twilio")),
    ("REDIS_URL", "rediss://x:1/0", "redis_url", "rediss://x:1/0"),
    ("LOG_LEVEL", "DEBUG", "log_level", "DEBUG"),
]  # fmt: skip
BAD = [
    ("ENV", "staging"), ("CODE_LENGTH", "3"), ("CODE_LENGTH", "11"), ("CODE_LENGTH", "six"),
    ("CODE_LENGTH", "٦"), ("CODE_LIFETIME_SECONDS", "0"), ("CODE_LIFETIME_SECONDS", "601"),
    ("CODE_MAX_CHECKS", "0"), ("CODE_MAX_CHECKS", "11"), ("CODE_MAX_SENDS", "0"),
    ("CODE_MAX_SENDS", "101"), ("CODE_MAX_SENDS", "1e1"), ("RESEND_WAITS_SECONDS", "3601"),
    ("RESEND_WAITS_SECONDS", "30,,40"), ("RESEND_WAITS_SECONDS", "²"), ("TRUSTED_PROXIES", "11"),
    ("TRUSTED_PROXIES", "-1"), ("COUNTRIES", "UGA"), ("COUNTRIES", "*,UG"), ("LIMITS", "maybe"),
    ("BRAND", "x" * 21), ("BRAND", "Bank 123456"), ("BRAND", "a\tb"), ("PUBLIC_URL", "login"),
    ("PUBLIC_URL", "ftp://x"), ("PUBLIC_URL", "https://"), ("PUBLIC_URL", "https://a:b@x"),
    ("PUBLIC_URL", "https://x/y"), ("PUBLIC_URL", "https://x:99999"), ("PUBLIC_URL", "https://é.com"),
    ("PUBLIC_URL", "https://" + "x" * 81), ("PUBLIC_URL", "http://[::1"), ("GATEWAYS", ","),
    ("GATEWAYS", "twilio,twilio"), ("GATEWAYS", "pigeon"), ("DATA_KEYS", "!!!"),
    ("DATA_KEYS", "c2hvcnQ="), ("DATABASE_URL", "nonsense"), ("DATABASE_URL", "mysql://x/y"),
    ("DATABASE_URL", "postgresql://x/y"), ("REDIS_URL", "memory://"), ("WORKERS", "many"),
    ("WORKERS", "distributed"), ("LOG_LEVEL", "LOUD"),
]  # fmt: skip


def read(folder: Path, **values: str) -> Settings:
    return settings_from(values, folder)


@pytest.mark.parametrize(("name", "text", "path", "value"), GOOD)
def test_it_reads(tmp_path: Path, name: str, text: str, path: str, value: object) -> None:
    found: object = read(tmp_path, **{name: text})
    for part in path.split("."):
        found = getattr(found, part)
    assert found == value


@pytest.mark.parametrize(("name", "text"), BAD)
def test_it_refuses_and_names_the_setting(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, **{name: text})
    (fault,) = refused.value.faults
    assert fault.setting == f"SIXDIGITS_{name}"
    assert fault.mend.endswith((".", ")'"))


@pytest.mark.parametrize(("name", "secret"), [
    ("DATA_KEYS", "aHVudGVyMg"), ("DATABASE_URL", "mysql://u:hunter2@x/y"), ("REDIS_URL", "x://hunter2@y"),
])  # fmt: skip
def test_no_fault_repeats_a_secret(tmp_path: Path, name: str, secret: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, **{name: secret})
    assert secret not in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_settings_show_no_secret(tmp_path: Path) -> None:
    settings = read(tmp_path, SECRET_KEY="hunter2", DATABASE_URL="sqlite:////tmp/hunter2")
    assert "hunter2" not in repr(settings)


def test_an_unknown_name_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, CODE_LENGHT="6", TWILIO_AUTH_TOKN="x")
    assert [fault.setting for fault in refused.value.faults] == [
        "SIXDIGITS_CODE_LENGHT",
        "SIXDIGITS_TWILIO_AUTH_TOKN",
    ]


def test_a_value_may_stand_in_a_file(tmp_path: Path) -> None:
    kept = tmp_path / "secret"
    kept.write_text("the secret of a file\n")
    assert read(tmp_path, SECRET_KEY_FILE=str(kept)).secret_key == "the secret of a file"
    with pytest.raises(ConfigError, match="set as well"):
        read(tmp_path, SECRET_KEY_FILE=str(kept), SECRET_KEY="x")


@pytest.mark.parametrize("kind", ["missing", "folder", "binary", "nul"])
def test_a_file_that_can_not_be_read_stops_the_start(tmp_path: Path, kind: str) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    paths = {"missing": "/nowhere", "folder": str(tmp_path), "binary": str(binary), "nul": "a\0b"}
    with pytest.raises(ConfigError, match="SIXDIGITS_SECRET_KEY_FILE: can't read"):
        read(tmp_path, SECRET_KEY_FILE=paths[kind])


def test_the_environment_wins_over_the_env_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("SIXDIGITS_BRAND=From file\nSIXDIGITS_CODE_LENGTH=8\nOTHER=1\n")
    raw = sources.read({"SIXDIGITS_BRAND": "From environment"}, env_file)
    assert raw == {"BRAND": "From environment", "CODE_LENGTH": "8"}
    fields = {"simulator": {c.name: c for c in gateways.load("simulator").credentials}}
    assert load({}, tmp_path, fields, env_file).codes.length == 8


def test_keys_of_development_are_made_once_and_only_its_owner_reads_them(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)
    assert (first.secret_key, first.data_keys) == (second.secret_key, second.data_keys)
    assert len(first.data_keys[0]) == 32
    for name in ("secret_key", "data_keys"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_the_newest_data_key_comes_first(tmp_path: Path) -> None:
    new, old = (base64.urlsafe_b64encode(bytes([n]) * 32).decode() for n in (1, 2))
    assert read(tmp_path, DATA_KEYS=f"{new}, {old.rstrip('=')}").data_keys == (
        b"\1" * 32,
        b"\2" * 32,
    )


def test_the_port_gives_the_address_only_where_none_is_set(tmp_path: Path) -> None:
    assert load({}, tmp_path, {"simulator": {}}, None, 8123).public_url == "http://127.0.0.1:8123"
    given = {"SIXDIGITS_PUBLIC_URL": "http://localhost:1"}
    assert load(given, tmp_path, {"simulator": {}}, None, 8123).public_url == "http://localhost:1"


def test_the_settings_page_names_the_bounds(tmp_path: Path) -> None:
    page = (ROOT / "docs/settings.md").read_text()
    for words in ("4 to 10", "1 to 600", "60 to 600", "0 to 3600", "1 to 20 characters"):
        assert words in page
