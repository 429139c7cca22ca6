"""One template in an operator's words: looked at, kept, taken back."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, IntegerField, StringField
from wtforms.validators import NumberRange
from wtforms.widgets import HiddenInput, TextArea

from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.sms import drafts, edits, prices, segments, wording
from twofactor.sms import templates as guard
from twofactor.sms.edits import BadText, EditedMeanwhile
from twofactor.sms.sentences import LANGUAGES
from twofactor.sms.wording import Edited
from webapp import fence
from webapp import session as door
from webapp.forms import complain
from webapp.languages import NAMES, direction
from webapp.operator.templates import PLACE, chosen_country, title

template_editor = Blueprint("template_editor", __name__)

KEPT = "Kept. Phones get this text within three seconds."
RESTORED = "The built-in text is in force again."
MEANWHILE = "Somebody else edited this text meanwhile. Look at the newest version below, then save."


class EditForm(FlaskForm):
    """What an operator writes, and what the text may cost."""

    sentence = StringField(widget=TextArea())
    dear = BooleanField()  # two segments
    version = IntegerField(widget=HiddenInput(), default=0, validators=[NumberRange(0)])
    country = HiddenField()
    action = HiddenField()


@template_editor.get(f"{PLACE}/<language>/<name>")
@door.operators_only
def show(language: str, name: str) -> ResponseReturnValue:
    """The text in force, or the draft of the address."""
    _exists(language, name)
    form = EditForm(formdata=request.args if "sentence" in request.args else None)
    if "sentence" not in request.args:
        edited = edits.of(house().kit, language, name)
        form.sentence.data = edited.sentence if edited else _ours(language, name)
        form.dear.data = (edited.most_parts if edited else _parts(language, name)) > 1
        form.version.data = edits.version(language, name)
        form.country.data = request.args.get("country", "")
    return _page(form, language, name)


@template_editor.post(f"{PLACE}/<language>/<name>")
@fence.posts("120 per minute")
@door.operators_only
def change(language: str, name: str) -> ResponseReturnValue:
    """Look at a draft, keep it, or go back to the built-in text; `action` says which."""
    _exists(language, name)
    form = EditForm()
    if not form.validate():
        abort(400)
    if form.action.data == "mend" and _is_gsm7(language):
        form.sentence.data = segments.in_gsm7(form.sentence.data or "")
    if form.action.data in ("save", "restore"):
        return _keep(form, language, name)
    return _page(form, language, name)


def _keep(form: EditForm, language: str, name: str) -> ResponseReturnValue:
    kit, place = house().kit, f"{PLACE}/{language}/{name}"
    restores = form.action.data == "restore"
    if not door.is_fresh():
        return _confirm_first(place, form, restores=restores)
    wanted = None if restores else _draft(form, language, name)
    try:
        with transaction():
            by = door.full().user_id
            version = form.version.data or 0
            edits.keep(kit, language, name, wanted, version, by, door.visitor())
    except BadText as error:
        for fault in error.faults:
            complain(form, "sentence", f"{fault[:1].upper()}{fault[1:]}.")
        return _page(form, language, name)
    except EditedMeanwhile:
        form.version.data = edits.version(language, name)
        complain(form, "sentence", MEANWHILE)
        return _page(form, language, name)
    flash(RESTORED if restores else KEPT)
    return redirect(place, 303)


def _confirm_first(place: str, form: EditForm, *, restores: bool) -> Response:
    """Who shows a second factor comes back to what was written."""
    sentence, version = form.sentence.data or "", form.version.data or 0
    draft = _query(sentence, version, is_dear=form.dear.data)
    return door.to_confirm(place if restores else f"{place}?{draft}")


def _page(form: EditForm, language: str, name: str) -> ResponseReturnValue:
    country, countries = chosen_country(form.country.data or "")
    edited = edits.of(house().kit, language, name)
    return render_template(
        "operator/template.html",
        form=form,
        name=name,
        title=title(name),
        language=language,
        language_name=NAMES.get(language, language),
        text_dir=direction(language),
        is_edited=edited is not None,
        ours=_ours(language, name),
        needed=drafts.placeholders(_ours(language, name)),
        warning=LANGUAGES[language].warning if drafts.is_coded(name) else "",
        longest=drafts.LONGEST,
        country=country,
        countries=countries,
        history=_history(language, name),
        **_preview(_draft(form, language, name), language, name, country),
    )


def _preview(edited: Edited, language: str, name: str, country: str) -> dict[str, Any]:
    """What the guard says, and the text as a phone would get it, where it can be written."""
    kit = house().kit
    shown: dict[str, Any] = {"faults": edits.faults(kit, language, name, edited), "sample": None}
    if drafts.unreadable(language, name, edited.sentence, edited.plural):
        return shown
    home = guard.house_of(kit)
    sample = guard.draft(home, language, name, edited.sentence)
    costs = prices.at(list(kit.gateways), country, kit.now())
    return shown | {
        "sample": sample,
        "foreign": segments.culprits(sample.text) if _is_gsm7(language) else [],
        "brand_room": len(home.brand) + sample.spare,
        "rows": [_by_gateway(sample, gateway, costs) for gateway in kit.gateways.values()],
    }


def _by_gateway(
    sample: guard.Sample, gateway: Any, costs: dict[str, prices.Listed]
) -> dict[str, Any]:
    parts = guard.parts_by(sample, appends=gateway.appends_text)
    listed = costs.get(gateway.name)
    return {
        "gateway": gateway.name,
        "appends": gateway.appends_text,
        "segments": parts,
        "price": (listed.per_segment * parts, listed.currency) if listed else None,
    }


def _history(language: str, name: str) -> list[dict[str, Any]]:
    """Every version, newest first, each with the address that makes it the draft of a new one."""
    found = edits.history(language, name)
    return [
        {
            "version": row.version,
            "at": row.at,
            "by": email or "the command line, or somebody erased",
            "sentence": row.sentence,
            "segments": row.most_parts,
            "draft": _query(row.sentence, found[0][0].version, is_dear=row.most_parts > 1),
        }
        for row, email in found
    ]


def _query(sentence: str, version: int, *, is_dear: bool) -> str:
    dear = {"dear": "y"} if is_dear else {}
    return urlencode({"sentence": sentence, "version": version, **dear})


def _draft(form: EditForm, language: str, name: str) -> Edited:
    parts = guard.DEAREST if form.dear.data else 1
    return edits.written(house().kit, language, name, form.sentence.data or "", parts)


def _ours(language: str, name: str) -> str:
    lifetime = house().kit.settings.codes.lifetime_seconds
    return drafts.built_in(language, name, wording.plural_of(language, lifetime))


def _parts(language: str, name: str) -> int:
    """Segments of our own fullest text."""
    home = guard.house_of(house().kit)
    return guard.draft(home, language, name, _ours(language, name)).size.parts


def _is_gsm7(language: str) -> bool:
    return LANGUAGES[language].encoding is segments.Encoding.GSM7


def _exists(language: str, name: str) -> None:
    if language not in LANGUAGES or name not in drafts.NAMES:
        abort(404)
