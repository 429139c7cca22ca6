"""Services: the applications of an account."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, select

from api import auth, paging, shapes
from api.errors import not_found
from api.kinds import Ever, Flag, Never, Text, Whole
from api.operation import Answer, Call, Operation, Parameter
from api.resource import Resource
from twofactor import audit
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import ApiAccount, Service
from twofactor.verify import services, tenants
from twofactor.verify.glance import Glance, Wanted
from twofactor.verify.services import LONGEST_CODE, SHORTEST_CODE
from twofactor.verify.tenants import Tenant
from twofactor.words import AuditEvent, Scope

Sight = Callable[[Kit, Wanted], Glance | None]

COLLECTION = "/v2/Services"
ONE = "/v2/Services/{Sid}"
COLUMNS = {
    "FriendlyName": "friendly_name",
    "CodeLength": "code_length",
    "CustomCodeEnabled": "custom_code_enabled",
    "SkipSmsToLandlines": "skip_sms_to_landlines",
    "DoNotShareWarningEnabled": "do_not_share_warning_enabled",
}
NO_PUSH = "push is no channel of this server"
NO_APP = "app codes belong to the login pages, not to the API"
NO_PASSKEY = "passkeys belong to the login pages, not to the API"
REFUSED = {
    "TtsName": "calls speak in the sentences of this server",
    "Push.IncludeDate": NO_PUSH,
    "Push.ApnCredentialSid": NO_PUSH,
    "Push.FcmCredentialSid": NO_PUSH,
    "Totp.Issuer": NO_APP,
    "Totp.TimeStep": NO_APP,
    "Totp.CodeLength": NO_APP,
    "Totp.Skew": NO_APP,
    "DefaultTemplateSid": "the operator writes the texts of this server",
    "Whatsapp.MsgServiceSid": "this server sends by SMS alone",
    "Whatsapp.From": "this server sends by SMS alone",
    "Passkeys.RelyingParty.Id": NO_PASSKEY,
    "Passkeys.RelyingParty.Name": NO_PASSKEY,
    "Passkeys.RelyingParty.Origins": NO_PASSKEY,
    "Passkeys.AuthenticatorAttachment": NO_PASSKEY,
    "Passkeys.DiscoverableCredentials": NO_PASSKEY,
    "Passkeys.UserVerification": NO_PASSKEY,
}


def _parameters(*, is_create: bool) -> tuple[Parameter, ...]:
    return (
        Parameter("FriendlyName", Text(64), "The name in the texts", required=is_create),
        Parameter("CodeLength", Whole(SHORTEST_CODE, LONGEST_CODE), "Digits of a code"),
        Parameter("CustomCodeEnabled", Flag(), "Needs the scope `custom_code`"),
        Parameter("SkipSmsToLandlines", Flag(), "Kept; landlines are always refused"),
        Parameter("DoNotShareWarningEnabled", Flag(), "Kept; every text has the warning"),
        Parameter("LookupEnabled", Never("no carrier is looked up"), "Only false"),
        Parameter("Psd2Enabled", Never("payments are not described in texts"), "Only false"),
        Parameter("DtmfInputRequired", Ever("voicemail must hear no code"), "Only true"),
        Parameter("VerifyEventSubscriptionEnabled", Never("use webhooks instead"), "Only false"),
    )


def _ever_own(call: Call) -> Select[Any]:
    return select(Service).where(Service.account_id == call.caller.account_id)


def _own(call: Call) -> Select[Any]:
    return _ever_own(call).where(Service.deleted_at.is_(None))


SERVICES = Resource(Service, shapes.SERVICE, "services", _own, _ever_own)


def own(call: Call) -> Service:
    """The service that the address begins with, when it is the caller's. Raises ApiError 404."""
    service: Service = SERVICES.one(call, "ServiceSid")
    return service


def tenant(call: Call) -> Tenant:
    """The same as a plain row, for the hot operations. Raises ApiError 404."""
    found = tenants.find(call.caller.account_id, call.path["ServiceSid"])
    if found is None:
        raise not_found()
    return found


def wanted(call: Call) -> Wanted:
    """What a call about a phone will look at."""
    return Wanted(call.caller.account_id, call.path["ServiceSid"], call.given["To"])


def seen_by(look: Sight, call: Call) -> Glance:
    """The same, with what is known of the phone that the call is about. Raises ApiError 404."""
    found = look(call.kit, wanted(call))
    if found is None:
        raise not_found()
    return found


def create(call: Call) -> Answer:
    """A new service of the caller's account."""
    _check_custom_code(call)
    account = db.session.get_one(ApiAccount, call.caller.account_id)
    service = services.create_service(call.kit, account, call.given["FriendlyName"])
    _assign(call, service)
    return SERVICES.made(call, service)


def change(call: Call) -> Answer:
    """Change what is given, leave the rest."""
    _check_custom_code(call)
    service = SERVICES.one(call)
    _assign(call, service)
    service.updated_at = call.kit.now()
    audit.write(call.kit, AuditEvent.SERVICE_CHANGED, service=service.sid, key=call.caller.login)
    return SERVICES.shown(call, service)


def delete(call: Call) -> Answer:
    """Delete it."""
    services.delete_service(call.kit, SERVICES.one(call))
    return Answer(204, None)


def _assign(call: Call, service: Service) -> None:
    for name, column in COLUMNS.items():
        if name in call.given:
            setattr(service, column, call.given[name])


def _check_custom_code(call: Call) -> None:
    if call.given.get("CustomCodeEnabled"):
        auth.need(call.caller, Scope.CUSTOM_CODE)


OPERATIONS = (
    Operation(
        "CreateService", "POST", COLLECTION, "Create a service", Scope.SERVICES, create,
        shapes.SERVICE, status=201, parameters=_parameters(is_create=True), refused=REFUSED,
        writes=True, is_create=True,
    ),
    Operation(
        "ListService", "GET", COLLECTION, "List your services", Scope.VERIFY, SERVICES.index,
        shapes.SERVICE, list_key="services", parameters=paging.PARAMETERS,
    ),
    Operation(
        "FetchService", "GET", ONE, "Fetch a service", Scope.VERIFY, SERVICES.fetch, shapes.SERVICE
    ),
    Operation(
        "UpdateService", "POST", ONE, "Change a service", Scope.SERVICES, change, shapes.SERVICE,
        parameters=_parameters(is_create=False), refused=REFUSED, writes=True,
    ),
    Operation(
        "DeleteService", "DELETE", ONE, "Delete a service", Scope.SERVICES, delete,
        status=204, writes=True,
    ),
)  # fmt: skip
