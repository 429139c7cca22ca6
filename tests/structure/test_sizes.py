"""The tree stays small and even."""

import pytest

from tests.structure.sizes import BUDGETS, Measure, measures, table


@pytest.mark.parametrize("kind", BUDGETS)
def test_it_keeps_to_the_budget(kind: str) -> None:
    found = {measure.kind: measure for measure in measures()}
    print(table(list(found.values())))
    assert not found[kind].faults


def test_it_sees_a_file_over_the_cap() -> None:
    long = Measure("code files", {"a.py": 301, "b.py": 10, "c.py": 10})
    assert "a.py: 301 > 300" in long.faults


def test_it_sees_a_tree_of_long_functions() -> None:
    tall = Measure("functions", {str(n): 26 for n in range(20)})
    assert tall.faults == ["functions: median 26 > 10", "functions: p90 26 > 25"]
