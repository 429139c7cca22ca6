"""CPU time of processes, out of Linux's /proc; a busy machine changes it less than the clock."""

import os
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


def of_tree(pid: int) -> float:
    """Seconds that a process and all that came of it have spent, those that ended included."""
    fields = _read(PROC / str(pid) / "stat").rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / TICKS if fields else 0.0
    return own + sum(of_tree(child) for child in _children(pid))


def of_postgresql(data: Path) -> float:
    """Seconds that the PostgreSQL server of this data folder has spent; 0 where none runs."""
    pid = _read(data / "postmaster.pid").partition("\n")[0]
    return of_tree(int(pid)) if pid else 0.0


def _children(pid: int) -> list[int]:
    tasks = (PROC / str(pid) / "task").glob("*/children")
    return [int(child) for task in tasks for child in _read(task).split()]


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:  # it has ended
        return ""
