"""Bytes in store: each given out once, in every thread and process."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.structure.tree import ROOT
from twofactor import randomness

FORK = """
import os
from twofactor import randomness
randomness.take(12)
child = os.fork()
if child:
    os.waitpid(child, 0)  # else the two lines may be written into each other
print(randomness.take(12).hex(), flush=True)
"""


def test_it_gives_as_many_bytes_as_are_asked_for() -> None:
    assert [len(randomness.take(size)) for size in (0, 1, 16, randomness.STORE_BYTES)] == [
        0,
        1,
        16,
        randomness.STORE_BYTES,
    ]


def test_no_byte_is_given_out_twice_in_many_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda _: randomness.take(12), range(20_000)))
    assert len(set(given)) == 20_000


def test_a_child_of_a_process_begins_with_a_store_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORK], cwd=ROOT, capture_output=True, text=True, check=True
    )
    told = done.stdout.split()
    assert len(set(told)) == 2, told


def test_a_fraction_lies_between_nothing_and_one() -> None:
    drawn = [randomness.fraction() for _ in range(10_000)]
    assert 0 <= min(drawn) < 0.01
    assert 0.99 < max(drawn) < 1
    assert 0.48 < sum(drawn) / len(drawn) < 0.52
