"""How long files and functions are, against their budgets. `python -m tests.structure.sizes`."""

import ast
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from tests.structure.tree import PRODUCT, ROOT, python_files


@dataclass(frozen=True)
class Budget:
    """The most lines that the middle one, nine of ten, and every one may have; None: any."""

    median: int | None
    p90: int | None
    cap: int


BUDGETS = {
    "code files": Budget(median=80, p90=200, cap=300),
    "functions": Budget(median=10, p90=25, cap=50),
    "test files": Budget(median=None, p90=None, cap=400),
}


@dataclass(frozen=True)
class Measure:
    """The lengths of one kind of thing: name to lines."""

    kind: str
    lengths: dict[str, int]

    @property
    def median(self) -> float:
        return median(self.lengths.values())

    @property
    def p90(self) -> float:
        values = list(self.lengths.values())
        return quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else values[0]

    @property
    def faults(self) -> list[str]:
        """What breaks the budget, in words."""
        budget = BUDGETS[self.kind]
        found = [f"{n}: {v} > {budget.cap}" for n, v in self.lengths.items() if v > budget.cap]
        for word, value, most in (
            ("median", self.median, budget.median),
            ("p90", self.p90, budget.p90),
        ):
            if most is not None and value > most:
                found.append(f"{self.kind}: {word} {value:g} > {most}")
        return found


def measures() -> list[Measure]:
    """Every measure of the tree, over every Python file of it."""
    code = list(python_files(*PRODUCT, "bench"))
    tests = python_files("tests")
    functions: dict[str, int] = {}
    for path in code:
        functions |= _functions(path)
    kinds = zip(BUDGETS, (_files(code), functions, _files(tests)), strict=True)
    return [Measure(kind, lengths) for kind, lengths in kinds]


def table(found: Sequence[Measure]) -> str:
    """The measures as text."""
    lines = [f"{'':12}{'count':>7}{'lines':>8}{'median':>8}{'p90':>6}{'longest':>9}"]
    for m in found:
        name = max(m.lengths, key=lambda n: m.lengths[n])
        total = sum(m.lengths.values())
        lines.append(
            f"{m.kind:12}{len(m.lengths):>7}{total:>8}{m.median:>8g}{m.p90:>6g}"
            f"{m.lengths[name]:>9}  {name}"
        )
    return "\n".join(lines)


def _files(paths: Sequence[Path]) -> dict[str, int]:
    return {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in paths}


def _functions(path: Path) -> dict[str, int]:
    return {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }


if __name__ == "__main__":
    found = measures()
    print(table(found))
    faults = [fault for measure in found for fault in measure.faults]
    sys.exit("\n".join(faults) if faults else 0)
