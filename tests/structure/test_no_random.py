"""S-01: secrets come from the operating system; `random` is for simulated worlds with a seed."""

from tests.structure.tree import imports, product

# Every draw there is part of a world that must come out the same again from its seed.
SEEDED = ("twofactor.gateways.simulator", "cli.simulate", "cli.demo")
GUESSABLE = {"random", "numpy.random", "uuid.uuid1"}


def test_s01_only_simulated_worlds_import_random() -> None:
    faults = [
        str(found)
        for source in product()
        if not source.module.startswith(SEEDED)
        for found in imports(source)
        if {found.module, f"{found.module}.{found.name}"} & GUESSABLE
    ]
    assert not faults, f"use `secrets`: {faults}"
