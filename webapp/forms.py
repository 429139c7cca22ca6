"""What people type. Rules of the product stay below; a form only knows its fields."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, PasswordField, SelectField, StringField

MANY = 200  # characters that any field takes before it is called nonsense


class SignupForm(FlaskForm):
    email = StringField()
    password = PasswordField()


class LoginForm(FlaskForm):
    email = StringField()
    password = PasswordField()
    next = HiddenField()


class CodeForm(FlaskForm):
    code = StringField()
    remember = BooleanField()


class OtherWayForm(FlaskForm):
    method = HiddenField()
    code = StringField()


class StepUpForm(FlaskForm):
    method = HiddenField()
    code = StringField()
    password = PasswordField()


class PhoneForm(FlaskForm):
    phone = StringField()
    country = SelectField(validate_choice=False)
    second = BooleanField()


class PasswordForm(FlaskForm):
    password = PasswordField()


class SwitchForm(FlaskForm):
    reason = StringField()


class EmailForm(FlaskForm):
    email = StringField()


class PreferencesForm(FlaskForm):
    language = SelectField()
    text_notices = BooleanField()


class ActionForm(FlaskForm):
    """Buttons without fields of their own."""


def complain(form: FlaskForm, field: str, sentence: str) -> None:
    """Put an error on a field, as the page shows it."""
    form[field].errors = [*form[field].errors, sentence]
