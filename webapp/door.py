"""The blueprint of this door: one nested blueprint a page group."""

from flask import Blueprint

from webapp.account.activity import activity
from webapp.account.app import app
from webapp.account.confirm import confirm
from webapp.account.data import data
from webapp.account.devices import devices
from webapp.account.email import email
from webapp.account.overview import overview
from webapp.account.passkeys import passkey_pages
from webapp.account.password import password
from webapp.account.phone import phone
from webapp.account.preferences import preferences
from webapp.account.recovery_codes import recovery_codes
from webapp.account.sessions import session_pages
from webapp.email_links import email_links
from webapp.forgotten import forgotten
from webapp.health import health
from webapp.help import help_pages
from webapp.login import login
from webapp.metrics import metrics
from webapp.not_me import not_me
from webapp.operator.alerts import alerts
from webapp.operator.audit import audit
from webapp.operator.deliveries import deliveries
from webapp.operator.gateways import gateways
from webapp.operator.messages import messages
from webapp.operator.people import people
from webapp.operator.services import services
from webapp.operator.template_editor import template_editor
from webapp.operator.templates import templates
from webapp.other_ways import other_ways
from webapp.passkey_login import passkey_login
from webapp.recovery_link import recovery_link
from webapp.signup import signup
from webapp.simulator import simulator
from webapp.simulator_mail import simulator_mail
from webapp.welcome import welcome


def blueprint(*, has_simulator: bool) -> Blueprint:
    """All pages for people; the simulator's only where there is one."""
    account = Blueprint("account", __name__)
    factors = (phone, email, password, app, passkey_pages, recovery_codes, confirm)
    for part in (overview, *factors, devices, session_pages, activity, preferences, data):
        account.register_blueprint(part)
    operator = Blueprint("operator", __name__)
    insight = (deliveries, messages, gateways, alerts, audit)
    texts = (templates, template_editor)
    for part in (*insight, people, services, *texts):
        operator.register_blueprint(part)
    webapp = Blueprint("webapp", __name__)
    for part in (
        health,
        metrics,
        login,
        passkey_login,
        other_ways,
        forgotten,
        recovery_link,
        email_links,
        not_me,
        signup,
        account,
        operator,
        help_pages,
        welcome,
    ):
        webapp.register_blueprint(part)
    if has_simulator:
        webapp.register_blueprint(simulator)
        webapp.register_blueprint(simulator_mail)
    return webapp
