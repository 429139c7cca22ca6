"""Templates: every text on a phone, with what it costs and what is wrong with it."""

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.sms import drafts, edits, prices
from twofactor.sms.sentences import DEFAULT_LANGUAGE, LANGUAGES, Notice
from twofactor.sms.templates import Sample, faults, house_of, samples, without_link
from webapp import session as door
from webapp.languages import NAMES, direction

templates = Blueprint("templates", __name__)

PLACE = "/operator/templates"
TITLES = {
    "login": "Code to log in",
    "enrol": "Code to confirm a phone",
    "step_up": "Code to confirm it's you",
    "api": "Code asked for by a program",
    "invitation": "Invitation",
    "test": "Test text",
}


@templates.get(PLACE)
@door.operators_only
def show() -> ResponseReturnValue:
    """The texts of one language, and what one costs in a country."""
    language = request.args.get("language", DEFAULT_LANGUAGE)
    if language not in LANGUAGES:
        abort(404)
    kit = house().kit
    home = house_of(kit)
    appends = any(gateway.appends_text for gateway in kit.gateways.values())
    country, countries = chosen_country(request.args.get("country", ""))
    costs = prices.at(list(kit.gateways), country, kit.now())
    return render_template(
        "operator/templates.html",
        texts=[
            _row(sample, faults(sample, appends=appends), costs)
            for sample in samples(home, edits.every(kit), language)
            if sample.name
        ],
        unlinked={name: without_link(home, language, name).text for name in Notice},
        language=language,
        languages={code: NAMES.get(code, code) for code in LANGUAGES},
        text_dir=direction(language),
        country=country,
        countries=countries,
    )


def title(name: str) -> str:
    """A template as people call it."""
    return TITLES.get(name, f"Notice: {name.replace('_', ' ')}")


def chosen_country(wanted: str) -> tuple[str, list[str]]:
    """The country that prices are shown for, '' without a list, and all that there is a list of."""
    listed = prices.countries(list(house().kit.gateways))
    first = listed[0] if listed else ""
    return (wanted if wanted in listed else first), listed


def _row(sample: Sample, found: list[str], costs: dict[str, prices.Listed]) -> dict[str, Any]:
    size = sample.size
    return {
        "name": sample.name,
        "title": title(sample.name),
        "is_edited": sample.is_edited,
        "body": sample.text,
        "segments": size.parts,
        "encoding": size.encoding.value,
        "spare": sample.spare,
        "costs": {
            name: (cost.per_segment * size.parts, cost.currency) for name, cost in costs.items()
        },
        "is_code": drafts.is_coded(sample.name),
        "faults": found,
    }
