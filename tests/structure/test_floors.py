"""Imports point down: the floor plan as data, and the tree held to it."""

from graphlib import CycleError, TopologicalSorter

import pytest

from tests.structure.tree import imports, is_own, own_modules, product, targets

# From the ground up. Rooms on one line never import each other; a room is a module with all below.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("twofactor.randomness",),
    (
        "twofactor.words",
        "twofactor.config",
        "twofactor.clock",
        "twofactor.ids",
        "twofactor.extensions",
        "twofactor.browser",
        "twofactor.risk",
        "twofactor.logs",
        "twofactor.posts",
        "twofactor.spreadsheet",
    ),
    ("twofactor.gateways", "twofactor.crypto", "twofactor.outbound", "twofactor.front"),
    ("twofactor.kit",),
    ("twofactor.models",),
    ("twofactor.audit",),
    ("twofactor.sms",),
    ("twofactor.mail",),
    ("twofactor.verify",),
    ("twofactor.alerts", "twofactor.privacy"),
    (
        "twofactor.jobs",
        "twofactor.hook_jobs",
        "twofactor.sender",
        "twofactor.distributed",
        "twofactor.restore",
        "twofactor.rotation",
    ),
    ("twofactor.desk",),
    ("twofactor.crew", "twofactor.doctor"),
    ("twofactor.house",),
    ("webapp", "webhooks", "api", "cli"),
    ("wsgi",),
)
ROOMS = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
GROUND = "twofactor"  # the bare package: its __init__ says what it is and imports nothing


def room_of(module: str) -> str | None:
    """The room a module stands in, or None when the plan has no room for it."""
    inside = [room for room in ROOMS if module == room or module.startswith(f"{room}.")]
    return max(inside, key=len, default=None)


@pytest.mark.parametrize(
    ("module", "room"),
    [
        ("twofactor.sms.outbox", "twofactor.sms"),
        ("twofactor.smsx", None),
        ("webapp.account.phone", "webapp"),
        ("webapps", None),
    ],
)
def test_a_room_is_a_module_with_all_below(module: str, room: str | None) -> None:
    assert room_of(module) == room


def test_every_module_stands_on_a_floor() -> None:
    homeless = [m for m in own_modules() if m != GROUND and room_of(m) is None]
    assert not homeless, f"give each a room in FLOORS, or move it: {sorted(homeless)}"


def test_imports_point_down() -> None:
    faults = []
    for source in product():
        here = room_of(source.module)
        for found, target in targets(source):
            there = room_of(target)
            if here and there and here != there and ROOMS[there] >= ROOMS[here]:
                faults.append(f"{found}: {here} must not import {target}")
    assert not faults, "\n".join(faults)


def test_the_bare_package_imports_nothing_and_is_imported_by_nobody() -> None:
    faults = []
    for source in product():
        for found, target in targets(source):
            if source.module == GROUND or target == GROUND:
                faults.append(f"{found}: {source.module} imports {target}")
    assert not faults, "\n".join(faults)


def test_no_circle_anywhere() -> None:
    graph = {s.module: {t for _, t in targets(s) if t != s.module} for s in product()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(f"a circle: {' -> '.join(error.args[1])}") from None


def test_own_imports_stand_at_the_top_of_the_file() -> None:
    faults = [
        f"{found}: {target}"
        for source in product()
        for found, target in targets(source)
        if found.in_function
    ]
    assert not faults, "an own import inside a function hides a circle:\n" + "\n".join(faults)


def test_own_imports_are_absolute() -> None:
    faults = [str(i) for source in product() for i in imports(source) if i.relative]
    assert not faults, "\n".join(faults)


def test_every_own_import_names_a_module_that_exists() -> None:
    faults = [
        f"{found}: {found.module}"
        for source in product()
        for found in imports(source)
        if is_own(found.module) and found.module not in own_modules() | _namespaces()
    ]
    assert not faults, "\n".join(faults)


def _namespaces() -> set[str]:
    return {module.rpartition(".")[0] for module in own_modules()}
