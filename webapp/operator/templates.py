"""Templates: every text on a phone, with what it costs and what is wrong with it."""

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.sms.sentences import DEFAULT_LANGUAGE, LANGUAGES
from twofactor.sms.templates import Sample, faults, house_of, samples
from webapp import session as door
from webapp.pages import RIGHT_TO_LEFT

templates = Blueprint("templates", __name__)


@templates.get("/operator/templates")
@door.operators_only
def show() -> ResponseReturnValue:
    """The texts of one language."""
    language = request.args.get("language", DEFAULT_LANGUAGE)
    if language not in LANGUAGES:
        abort(404)
    kit = house().kit
    appends = any(gateway.appends_text for gateway in kit.gateways.values())
    texts = [
        _row(sample, faults(sample, appends=appends))
        for sample in samples(house_of(kit.settings, is_answerable=kit.is_answerable))
        if sample.language == language
    ]
    return render_template(
        "operator/templates.html",
        texts=texts,
        language=language,
        languages=list(LANGUAGES),
        text_dir="rtl" if language in RIGHT_TO_LEFT else "ltr",
    )


def _row(sample: Sample, found: list[str]) -> dict[str, Any]:
    return {
        "name": sample.name.replace("_", " "),
        "body": sample.text,
        "segments": sample.size.parts,
        "encoding": sample.size.encoding.value,
        "units": sample.size.units,
        "spare": sample.spare,
        "faults": found,
    }
