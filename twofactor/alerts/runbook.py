"""What to do about each alert: docs/runbook.md, for its readers, the page and the mail alike."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from twofactor.words import AlertKind

TEXT = Path(__file__).parents[2] / "docs" / "runbook.md"
PAGE = "/operator/runbook"


@dataclass(frozen=True, slots=True)
class Section:
    """What stands of one kind of alert, in the little Markdown of that text."""

    anchor: str
    title: str
    paragraphs: Sequence[str]
    steps: Sequence[str]

    @property
    def plain(self) -> str:
        """For a mail."""
        steps = [f"{number}. {step}" for number, step in enumerate(self.steps, 1)]
        return re.sub(r"\[([^]]+)\]\([^)]*\)|[*`]", r"\1", "\n".join([*self.paragraphs, *steps]))


def anchor(kind: str) -> str:
    """Where the runbook tells what to do."""
    return kind.replace("_", "-")


def section(kind: AlertKind) -> Section:
    """What to do about alerts of a kind."""
    return next(found for found in sections() if found.anchor == anchor(kind))


@cache
def sections() -> Sequence[Section]:
    """All of it, in its order."""
    parts = TEXT.read_text(encoding="utf-8").split("\n## ")[1:]
    return tuple(_section(*part.split("\n", 1)) for part in parts)


def _section(heading: str, text: str) -> Section:
    """A section begins with its title in bold; single line breaks mean nothing."""
    found = re.match(r"\s*\*\*(.+?)\.\*\*\s*(.*)", text, re.DOTALL)
    if found is None:
        raise ValueError(f"docs/runbook.md: {heading} has no title in bold")
    blocks = [block for block in re.split(r"\n\s*\n|\n(?=\d\. )", found[2]) if block.strip()]
    lines = [" ".join(block.split()) for block in blocks]
    steps = [re.sub(r"^\d\. ", "", line) for line in lines if re.match(r"\d\. ", line)]
    return Section(heading, found[1], [line for line in lines if not line[0].isdigit()], steps)
