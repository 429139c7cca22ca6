"""The blueprint of this door: one nested blueprint a page group."""

from flask import Blueprint

from webapp.account.confirm import confirm
from webapp.account.overview import overview
from webapp.account.phone import phone
from webapp.health import health
from webapp.help import help_pages
from webapp.login import login
from webapp.metrics import metrics
from webapp.operator.alerts import alerts
from webapp.operator.audit import audit
from webapp.operator.deliveries import deliveries
from webapp.operator.gateways import gateways
from webapp.operator.messages import messages
from webapp.operator.services import services
from webapp.operator.templates import templates
from webapp.operator.welcome import welcome
from webapp.signup import signup
from webapp.simulator import simulator
from webapp.welcome import invitation


def blueprint(*, has_simulator: bool) -> Blueprint:
    """All pages for people; the simulator's only where there is one."""
    account = Blueprint("account", __name__)
    for part in (overview, phone, confirm):
        account.register_blueprint(part)
    operator = Blueprint("operator", __name__)
    for part in (deliveries, gateways, messages, services, templates, alerts, audit, welcome):
        operator.register_blueprint(part)
    webapp = Blueprint("webapp", __name__)
    for part in (health, metrics, login, signup, account, operator, help_pages, invitation):
        webapp.register_blueprint(part)
    if has_simulator:
        webapp.register_blueprint(simulator)
    return webapp
