"""Heavy packages are imported where they are used: a start pays for what it needs, no more."""

from tests.structure.declared import composed
from tests.structure.tree import imports, product

LAZY = (
    "twilio",
    "webauthn",
    "alembic",
    "celery",
    "psycopg",
    "zxcvbn",
    "segno",
    "rich",
    "phonenumbers.carrier",
    "phonenumbers.geocoder",
    "boto3",
    "botocore",
)


def is_lazy(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in LAZY)


def test_no_file_imports_a_heavy_package_at_its_top() -> None:
    faults = [
        f"{found}: {found.module}"
        for source in product()
        for found in imports(source)
        if not found.in_function and not found.for_types_only
        if is_lazy(found.module) or is_lazy(f"{found.module}.{found.name}")
    ]
    assert not faults, "import it in the function that needs it:\n" + "\n".join(faults)


def test_a_start_with_the_defaults_loads_no_heavy_package() -> None:
    loaded = {module for module in composed().modules if is_lazy(module)}
    assert not loaded, sorted(loaded)
