"""A disk that takes longer to sync, for whatever runs within: the same for product and rivals.

A small C library, loaded before the system's, sleeps in fsync and fdatasync; everything else is the
real disk. Needs `cc` and a dynamic loader that knows LD_PRELOAD.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

SOURCE = Path(__file__).with_name("slow_disk.c")


def is_possible() -> bool:
    """True where the library can be built."""
    return shutil.which("cc") is not None and os.name == "posix"


@contextmanager
def slower(folder: Path, seconds: float) -> Iterator[None]:
    """Processes that are started within wait so much longer in every sync. 0 changes nothing."""
    if not seconds:
        yield
        return
    library = folder / "slow_disk.so"
    command = ["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    delay = str(round(seconds * 1_000_000))
    with patch.dict(os.environ, LD_PRELOAD=str(library), SYNC_DELAY_MICROSECONDS=delay):
        yield
