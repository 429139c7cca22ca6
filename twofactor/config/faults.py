"""What stops a start."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason not to start: which setting, what is wrong, how to mend it."""

    setting: str
    problem: str
    mend: str

    def __str__(self) -> str:
        return f"{self.setting}: {self.problem}. {self.mend}"


class ConfigError(Exception):
    """The settings can't be used. `faults` has one entry a fault; `str()` one line each."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
