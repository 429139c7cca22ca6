"""flask text edit, restore and history."""

import csv
import io
import json

from tests.cli.conftest import Run

OWN = "{code} opens {brand} for {minutes} minutes. Do not share it."


def test_edit_puts_a_sentence_in_place_of_the_built_in_one(run: Run) -> None:
    answer = run("text", "edit", "en", "login", OWN)
    assert answer.exit_code == 0
    assert "012345 opens Sixdigits for 5 minutes. Do not share it.\n\n@127.0.0.1" in answer.output
    (row,) = [
        row
        for row in json.loads(run("text", "preview", "--format", "json").output)
        if row["source"] == "edited"
    ]
    assert (row["language"], row["name"], row["segments"]) == ("en", "code: login", 1)
    assert "en code: login (edited): 1 segment" in run("text", "preview").output
    assert run("text", "check").exit_code == 0


def test_edit_refuses_what_the_guard_refuses_and_says_what_to_mend(run: Run) -> None:
    answer = run("text", "edit", "en", "login", "{code} is for {name}…")
    assert answer.exit_code == 1
    assert "Nothing was changed.\nKnows no placeholder {name}: use {code}" in answer.output
    assert json.loads(run("text", "history", "--format", "json").output) == []


def test_a_dry_run_only_looks(run: Run) -> None:
    assert "1 segment" in run("text", "edit", "en", "login", OWN, "--dry-run").output
    assert json.loads(run("text", "history", "--format", "json").output) == []


def test_a_text_of_two_segments_needs_a_word_of_consent(run: Run) -> None:
    long = (
        OWN
        + " Nobody of us asks for it by phone, by mail or at the door, so tell nobody at all, ok?."
    )
    assert "Takes 2 segments, 1 are allowed" in run("text", "edit", "en", "login", long).output
    assert run("text", "edit", "en", "login", long, "--segments", "2").exit_code == 0
    assert run("text", "check").exit_code == 0


def test_restore_goes_back_once_and_history_keeps_both(run: Run) -> None:
    run("text", "edit", "en", "login", OWN)
    assert run("text", "restore", "en", "login").exit_code == 0
    assert run("text", "restore", "en", "login").exit_code == 1
    rows = list(csv.DictReader(io.StringIO(run("text", "history", "--format", "csv").output)))
    assert [(row["version"], row["sentence"]) for row in rows] == [
        ("2", "(the built-in text)"),
        ("1", OWN),
    ]


def test_a_text_that_there_is_not_is_wrong_usage(run: Run) -> None:
    assert run("text", "edit", "en", "nothing", OWN).exit_code == 2
