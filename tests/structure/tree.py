"""The source tree as data: its files and what they import. Nothing here runs the product."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("twofactor", "webapp", "webhooks", "api", "cli", "wsgi.py")


@dataclass(frozen=True)
class Source:
    """One Python file of the product, parsed."""

    path: Path
    module: str  # dotted name, as it is imported
    tree: ast.Module

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))


@dataclass(frozen=True)
class Import:
    """One imported name: `from a.b import c` gives module `a.b` and name `c`."""

    source: Source
    line: int
    module: str
    name: str = ""
    in_function: bool = False
    for_types_only: bool = False
    relative: bool = False

    def __str__(self) -> str:
        return f"{self.source}:{self.line}"


def python_files(*places: str) -> list[Path]:
    """Every Python file in these places of the tree that are there already."""
    found: list[Path] = []
    for place in map(ROOT.joinpath, places):
        found += [place] if place.is_file() else sorted(place.rglob("*.py"))
    return found


@cache
def product() -> tuple[Source, ...]:
    """Every Python file of the product."""
    return tuple(
        Source(path, _module_name(path), ast.parse(path.read_text(), str(path)))
        for path in python_files(*PRODUCT)
    )


@cache
def own_modules() -> frozenset[str]:
    """The dotted names of all own modules."""
    return frozenset(source.module for source in product())


def is_own(module: str) -> bool:
    """Whether a dotted name is one of ours."""
    return module.split(".")[0] in {place.removesuffix(".py") for place in PRODUCT}


def imports(source: Source) -> Iterator[Import]:
    """Every import of a file, wherever it stands in it."""
    yield from _imports(source, source.tree, in_function=False, types=False)


def targets(source: Source) -> Iterator[tuple[Import, str]]:
    """The own modules that a file imports, each with the import that asks for it."""
    for found in imports(source):
        if is_own(found.module):
            inner = f"{found.module}.{found.name}"
            yield found, inner if inner in own_modules() else found.module


def _imports(source: Source, node: ast.AST, *, in_function: bool, types: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(
                    source, child.lineno, alias.name, in_function=in_function, for_types_only=types
                )
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                yield Import(
                    source,
                    child.lineno,
                    child.module or "",
                    alias.name,
                    in_function,
                    types,
                    relative=child.level > 0,
                )
        else:
            function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            typing = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            yield from _imports(
                source, child, in_function=in_function or function, types=types or typing
            )


def _module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
