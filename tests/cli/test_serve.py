"""python -m cli.serve: its numbers."""

import pytest

from cli.serve import main


@pytest.mark.parametrize(
    ("name", "text", "most"),
    [("PORT", "0", 65_535), ("WEB_PROCESSES", "two", 64), ("WEB_SLOTS", "100001", 100_000)],
)
def test_a_number_that_can_not_be_is_named(name: str, text: str, most: int) -> None:
    with pytest.raises(SystemExit) as ended:
        main({name: text})
    reason = f"{name}: not a number. Use one from 1 to {most}."
    assert ended.value.code == f"sixdigits can't start: {reason}"
