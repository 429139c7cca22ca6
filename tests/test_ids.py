"""Public ids."""

from datetime import timedelta

from tests.conftest import NOON
from twofactor import ids


def test_a_dated_sid_has_the_shape_that_sdks_expect() -> None:
    assert ids.is_sid(ids.dated_sid(ids.MESSAGE, NOON), ids.MESSAGE)


def test_later_ones_come_behind_earlier_ones() -> None:
    moments = [NOON + timedelta(milliseconds=n) for n in range(50)]
    sids = [ids.dated_sid(ids.MESSAGE, at) for at in moments]
    assert sids == sorted(sids)


def test_those_of_one_moment_share_nothing_else() -> None:
    sids = {ids.dated_sid(ids.MESSAGE, NOON) for _ in range(1000)}
    assert len({sid[-20:] for sid in sids}) == 1000
    assert len({sid[:14] for sid in sids}) == 1
