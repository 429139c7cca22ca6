"""`python -m bench [NAME] [options]`: run one measurement, or all of them."""

import importlib
import sys

BENCHES = ("dashboard",)


def main(arguments: list[str]) -> int:
    """Run what is asked for; 0 when every target is met."""
    if arguments and arguments[0] not in BENCHES and not arguments[0].startswith("-"):
        print(f"there is no bench of that name; there is: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    named = arguments[:1] if arguments and arguments[0] in BENCHES else list(BENCHES)
    options = arguments[1:] if arguments and arguments[0] in BENCHES else arguments
    met = [importlib.import_module(f"bench.{name}").main(options) for name in named]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
