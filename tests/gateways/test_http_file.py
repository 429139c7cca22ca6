"""The TOML file of a described gateway: what it may say, and what a slip of the pen is told."""

from pathlib import Path

import pytest

from twofactor.gateways.http_file import load
from twofactor.gateways.http_table import BadGatewayFile
from twofactor.words import ErrorClass, Status

EXAMPLE = Path(__file__).parents[2] / "docs" / "gateways" / "http-example.toml"
SMALLEST = """
[send]
url = "https://sms.example/send"
[send.form]
to = "{to}"
text = "{body}"
[answer]
id = "id"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gateway.toml"


def complaint(file: Path, text: str) -> str:
    file.write_text(text)
    with pytest.raises(BadGatewayFile) as raised:
        load(str(file))
    return str(raised.value)


def test_the_example_is_read_whole(file: Path) -> None:
    file.write_text(EXAMPLE.read_text())
    (file.parent / "example-sms-key.txt").write_text("k")
    description = load(str(file))
    assert description.request.method == "POST"
    assert description.answer.success_values == {"accepted", "queued"}
    assert description.errors["E100"] is ErrorClass.BAD_PHONE
    assert description.receipts is not None
    assert description.receipts.statuses["buffered"] is Status.SENT
    assert description.inbound is not None


def test_a_few_lines_are_enough(file: Path) -> None:
    file.write_text(SMALLEST)
    description = load(str(file))
    assert description.request.method == "POST"
    assert description.request.form == {"to": "{to}", "text": "{body}"}
    assert (description.receipts, description.inbound, description.errors) == (None, None, {})


def test_secrets_come_from_files_or_the_text(file: Path) -> None:
    (file.parent / "key.txt").write_text("from file\n")
    whole = file.parent / "key.txt"
    lines = f'[secrets]\na = {{ file = "{whole}" }}\nb = {{ file = "key.txt" }}\nc = "inline"\n'
    file.write_text(lines + SMALLEST)
    secrets = load(str(file)).secrets
    assert secrets == {"a": "from file", "b": "from file", "c": "inline"}


def test_an_empty_secret_is_none(file: Path) -> None:
    (file.parent / "key.txt").write_text("\n")
    words = complaint(file, '[secrets]\nk = { file = "key.txt" }' + SMALLEST)
    assert "secrets.k.file: key.txt is empty" in words


def test_it_names_the_setting_when_no_file_is_set() -> None:
    with pytest.raises(BadGatewayFile, match="SIXDIGITS_HTTP_FILE is empty"):
        load("")


def test_it_names_a_file_that_is_not_there(file: Path) -> None:
    with pytest.raises(BadGatewayFile, match="can't be read") as raised:
        load(str(file))
    assert str(file) in str(raised.value)


@pytest.mark.parametrize(
    ("text", "key", "mend"),
    [
        ("[send]\nurl = x", "is no TOML", "line 2"),
        ("", "send", "write a table [send]"),
        ("[send]\n[answer]\nid='id'", "send.url", 'write url = "…"'),
        ("[send]\nurl='ftp://x'\n[answer]\nid='id'", "send.url", "begins with https://"),
        (SMALLEST + "\n[sned]\nx=1", "sned", "unknown key"),
        (SMALLEST + "\nsucess={}", "answer.sucess", "unknown key"),
        (SMALLEST + "\nformat='xml'", "answer.format", "none of json, text"),
        (SMALLEST + "\nsuccess={at='ok'}", "answer.success", "write both"),
        (SMALLEST + "\nsuccess={at='ok', values=[[1]]}", "answer.success.values", "write values"),
        (SMALLEST.replace("id = ", "detail = "), "answer.id", "say where the id stands"),
        (SMALLEST.replace("{to}", "{phone}"), "send.{phone}", "unknown placeholder"),
        (SMALLEST.replace("{to}", "{secret.key}"), "send.{secret.key}", "unknown placeholder"),
        (SMALLEST.replace("{to}", "{sender}"), "send.sender", "say what {sender} stands for"),
        (SMALLEST.replace("[send]", "[send]\nmethod='DELETE'"), "send.method", "is none of POST"),
        (SMALLEST.replace("[send]", "[send]\nmethod='GET'"), "send.method", "carries no body"),
        (SMALLEST.replace("[send]", "[send]\njson={to='{to}'}"), "send.json", "choose one"),
        (SMALLEST.replace('"{to}"', "[1]"), "send.form.to", "write text in quotes"),
        (SMALLEST.replace("[send]", "[send]\nauth={kind='ntlm'}"), "send.auth.kind", "none of"),
        (
            SMALLEST.replace("[send]", "[send]\nauth={kind='basic', username='u'}"),
            "send.auth.password",
            "write password",
        ),
        (
            SMALLEST.replace("[send]", "[send]\nauth={kind='none', name='x'}"),
            "send.auth.name",
            "unknown key",
        ),
        (SMALLEST + "\n[errors]\n1='oops'", "errors.1", "'oops' is none of retry"),
        (SMALLEST + "\n[receipts]\nid='id'", "receipts.status", "write status"),
        (SMALLEST + "\n[receipts]\nstatus='s'", "receipts.id", "needs the id"),
        (
            SMALLEST + "\n[receipts]\nid='i'\nstatus='s'\nmethod='GET'",
            "receipts.format",
            'goes with method "GET"',
        ),
        (
            SMALLEST + "\n[receipts]\nid='i'\nstatus='s'\nstatuses={OK='done'}",
            "receipts.statuses.OK",
            "'done' is none of queued",
        ),
        (SMALLEST + "\n[inbound]\nid='i'", "inbound.sender", "write sender"),
        (
            SMALLEST + "\n[inbound]\nid='i'\nsender='s'\nbody='b'",
            "inbound",
            "describe [receipts] too",
        ),
        (SMALLEST.replace("id = ", "format='text'\nid = "), "answer.id", "put brackets"),
        (
            SMALLEST.replace('id = "id"', "format='text'\nid = '('"),
            "answer.id",
            "is no regular expression",
        ),
        ("[secrets]\nk = { env = 'ACME' }" + SMALLEST, "secrets.k.file", "write file"),
        ("[secrets]\nk = { file = 'gone' }" + SMALLEST, "secrets.k.file", "can't be read"),
        ("[secrets]\nk = {}" + SMALLEST, "secrets.k.file", "write file"),
        ("[secrets]\nk = 1" + SMALLEST, "secrets.k", "write a table"),
    ],
)
def test_it_names_file_key_and_mend(file: Path, text: str, key: str, mend: str) -> None:
    words = complaint(file, text)
    assert words.startswith(f"{file}: ")
    assert key in words
    assert mend in words
    assert "\n" not in words
