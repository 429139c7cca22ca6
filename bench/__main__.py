"""Runs every module of this folder that has a `run`, or the ones named: `python -m bench bulk`."""

import sys
from importlib import import_module
from pathlib import Path


def main(wanted: list[str]) -> int:
    """Exit code 2 for a name there is not."""
    files = sorted(Path(__file__).parent.glob("[a-z]*.py"))
    modules = {path.stem: import_module(f"bench.{path.stem}") for path in files}
    names = [name for name, module in modules.items() if hasattr(module, "run")]
    if unknown := set(wanted) - set(names):
        print(f"no measurement {sorted(unknown)}; there is {names}", file=sys.stderr)
        return 2
    for name in wanted or names:
        print(f"{name}: {(modules[name].__doc__ or '').splitlines()[0]}", flush=True)
        modules[name].run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
