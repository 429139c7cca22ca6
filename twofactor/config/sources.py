"""Where raw values come from: the environment first, then `.env`, then files named by `*_FILE`."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from dotenv import dotenv_values

from twofactor.config.faults import Fault
from twofactor.config.fields import PREFIX


def read(environ: Mapping[str, str], env_file: Path | None) -> dict[str, str]:
    """All `SIXDIGITS_…` values without the prefix; the environment wins over `.env`."""
    from_file = dotenv_values(env_file) if env_file and env_file.is_file() else {}
    merged = {**{name: value or "" for name, value in from_file.items()}, **environ}
    return {
        name.removeprefix(PREFIX): value
        for name, value in merged.items()
        if name.startswith(PREFIX)
    }


def resolve(raw: Mapping[str, str], known: Iterable[str]) -> tuple[dict[str, str], list[Fault]]:
    """Replace `NAME_FILE` by the file's content and report unknown names.

    A name that is known as it stands is never read as a `_FILE` variant.
    """
    values: dict[str, str] = {}
    faults: list[Fault] = []
    names = set(known)
    for name, value in raw.items():
        stem = name.removesuffix("_FILE")
        if name in names:
            values[name] = value.strip()
        elif stem in names and stem not in raw:
            try:
                values[stem] = Path(value).read_text(encoding="utf-8").strip()
            except (OSError, ValueError) as error:  # ValueError: not UTF-8, or no path at all
                why = getattr(error, "strerror", None) or type(error).__name__
                faults.append(Fault(PREFIX + name, f"can't read {value}: {why}", "Check the path."))
        elif stem in names:
            faults.append(
                Fault(PREFIX + name, f"{PREFIX}{stem} is set as well", "Set only one of the two.")
            )
        else:
            faults.append(
                Fault(PREFIX + name, "unknown setting", "See docs/settings.md for the names.")
            )
    return values, faults
