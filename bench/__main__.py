"""`python -m bench [NAME] [options]`: run one measurement, or all of them.

A measurement is a module here with `main(options) -> bool`, True when its targets are met.
"""

import importlib
import pkgutil
import sys

import bench

NO_MEASUREMENTS = {"__main__", "load", "server", "stub", "texts", "smallest"}


def names() -> list[str]:
    """Every measurement there is."""
    found = [module.name for module in pkgutil.iter_modules(bench.__path__) if not module.ispkg]
    return [name for name in sorted(found) if name not in NO_MEASUREMENTS]


def main(arguments: list[str]) -> int:
    """Run what is asked for; 0 when every target is met."""
    benches = names()
    if arguments and arguments[0] not in benches and not arguments[0].startswith("-"):
        print(f"there is no bench of that name; there is: {', '.join(benches)}", file=sys.stderr)
        return 2
    is_named = bool(arguments) and arguments[0] in benches
    named, options = (arguments[:1], arguments[1:]) if is_named else (benches, arguments)
    met = [importlib.import_module(f"bench.{name}").main(options) for name in named]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
