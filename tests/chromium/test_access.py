"""WCAG 2.2 AA on every page and state: light and dark, phone and desktop (UX-1, UX-4)."""

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.chromium.tour import TOURS
from tests.chromium.visitor import Visitor

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
LOOKS: list[tuple[int, Literal["light", "dark"]]] = [
    (390, "light"),
    (390, "dark"),
    (1280, "light"),
    (1280, "dark"),
]
MAIN_CONTROLS = (
    "main :is(button.main, button.quiet:not(.compact), a.button, input:not([type=hidden]), select)"
)
SMALL = """controls => controls.filter(c => c.checkVisibility() && c.type != "checkbox")
  .filter(c => c.getBoundingClientRect().height < 44).map(c => c.outerHTML)"""
SMALLER = """controls => controls.filter(c => c.checkVisibility())
  .map(c => [c.getBoundingClientRect(), c.outerHTML])
  .filter(([box]) => box.height < 24 || box.width < 24).map(([_, html]) => html)"""


@pytest.mark.parametrize("tour", TOURS, ids=[tour.__name__ for tour in TOURS])
def test_it_is_for_everybody(visitor: Visitor, tour: Callable[[Visitor], Iterator[str]]) -> None:
    seen = []
    for place in tour(visitor):
        faults = _broken_rules(visitor) + _misfits(visitor)
        assert not faults, f"{place}: {faults}"
        seen.append(place)
    assert seen


def _broken_rules(visitor: Visitor) -> list[str]:
    found, page = [], visitor.page
    page.wait_for_load_state()
    page.evaluate(Axe().axe_script)
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for fault in page.evaluate("o => axe.run(document, o)", OPTIONS)["violations"]:
            nodes = [node["html"] for node in fault["nodes"]]
            found.append(f"{width} {scheme}: {fault['id']}: {fault['help']}: {nodes}")
    return found


def _misfits(visitor: Visitor) -> list[str]:
    page = visitor.page
    page.set_viewport_size({"width": 320, "height": 844})
    width = page.evaluate("document.documentElement.scrollWidth")
    found = [f"it is {width} px wide on a screen of 320"] if width > 320 else []
    found += [f"less than 44 px: {c}" for c in page.locator(MAIN_CONTROLS).evaluate_all(SMALL)]
    found += [f"less than 24 px: {c}" for c in page.locator("button").evaluate_all(SMALLER)]
    page.set_viewport_size({"width": 390, "height": 844})
    return found
