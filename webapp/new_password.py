"""A new password, wherever one is chosen."""

from flask_wtf import FlaskForm

from twofactor.house import house
from twofactor.verify import passwords
from twofactor.verify.passwords import BadPassword
from webapp.forms import complain


def is_strong(form: FlaskForm, email: str) -> bool:
    """True for a password that is no common one; otherwise the form says what to do."""
    try:
        passwords.check_strength(form["password"].data or "", house().kit.settings.brand, email)
    except BadPassword as error:
        complain(form, "password", error.reason)
        return False
    return True
