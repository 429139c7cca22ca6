"""A small secret scanner over all that git would commit (python -m tests.structure.secret_scan)."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.structure.tree import ROOT

# Joined from halves, so that this file does not find itself.
PATTERNS = {
    "private key": r"-----BEGIN [A-Z ]*PRIVATE" + r" KEY-----",
    "Twilio API key or account": r"\b(?:AC|SK)[0-9a-f]{32}\b",
    "AWS access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "AWS secret key": r"(?i)aws_?secret_?(?:access_?)?key\W{1,4}[0-9A-Za-z/+]{40}\b",
    "GitHub token": r"\bgh[pousr]_[0-9A-Za-z]{36}\b",
    "Slack token": r"\bxox[abprs]-[0-9A-Za-z-]{10,}",
    "Stripe or SendGrid key": r"\b(?:sk_live_[0-9A-Za-z]{20,}|SG\.[\w-]{20,}\.[\w-]{20,})",
    "named secret": r"(?i)(?:token|secret|api_key|password)\w*\W{1,4}[0-9a-f]{32}\b",
}

# Folders and files that may hold such text, each with the reason. Nothing else may.
ALLOWED = {
    "tests/data/": "published examples and recorded callbacks, signed with invented keys",
}
# What is visibly invented is no secret: AWS's documented example, runs of one or two characters.
INVENTED = re.compile(r"EXAMPLE|(.)\1{7}|(..)\2{5}|0123456789|123456789|abcdef")


@dataclass(frozen=True)
class Finding:
    """Where something secret-looking stands. The thing itself is never shown."""

    path: str
    line: int
    kind: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind}"


def scan(path: str, text: str) -> Iterator[Finding]:
    """Everything secret-looking in one text."""
    for number, line in enumerate(text.splitlines(), start=1):
        for kind, pattern in PATTERNS.items():
            for match in re.finditer(pattern, line):
                if not INVENTED.search(match.group()):
                    yield Finding(path, number, kind)


def committed_files() -> list[str]:
    """The files git tracks or would add, relative to the root; without git, all plain files."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-zco", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        names = done.stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")]
        names = [name for name in names if not name.startswith((".", "instance/"))]
        names = [name for name in names if "__pycache__" not in name]
    return [name for name in names if name and (ROOT / name).is_file()]


def findings() -> list[Finding]:
    """Everything secret-looking in the tree that is not allowed."""
    found: list[Finding] = []
    for name in committed_files():
        if not name.startswith(tuple(ALLOWED)):
            found += scan(name, Path(ROOT, name).read_text(errors="replace"))
    return found


if __name__ == "__main__":
    found = findings()
    sys.exit("\n".join(map(str, found)) if found else 0)
