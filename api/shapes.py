"""Services as wire JSON. The `…shapes` are the only places that know Twilio's field names."""

from api.shape import (
    COUNT,
    FLAG,
    NOTHING,
    OBJECT,
    STRING,
    TIME,
    URL,
    Field,
    Located,
    Shape,
    always,
    iso,
    sid,
)


def _links(at: Located) -> dict[str, str]:
    return {
        "verifications": f"{at.url}/Verifications",
        "verification_checks": f"{at.url}/VerificationCheck",
        "rate_limits": f"{at.url}/RateLimits",
    }


SERVICE = Shape(
    "Service",
    (
        Field("sid", sid("VA"), lambda at: at.view.sid),
        Field("account_sid", sid("AC"), lambda at: at.account_sid),
        Field("friendly_name", STRING, lambda at: at.view.friendly_name),
        Field("code_length", COUNT, lambda at: at.view.code_length),
        Field("lookup_enabled", FLAG, always(False)),
        Field("psd2_enabled", FLAG, always(False)),
        Field("skip_sms_to_landlines", FLAG, lambda at: at.view.skip_sms_to_landlines),
        Field("dtmf_input_required", FLAG, always(True)),
        Field("tts_name", NOTHING, always(None)),
        Field(
            "do_not_share_warning_enabled", FLAG, lambda at: at.view.do_not_share_warning_enabled
        ),
        Field("custom_code_enabled", FLAG, lambda at: at.view.custom_code_enabled),
        Field("push", NOTHING, always(None)),
        Field("totp", NOTHING, always(None)),
        Field("whatsapp", NOTHING, always(None)),
        Field("passkeys", NOTHING, always(None)),
        Field("default_template_sid", NOTHING, always(None)),
        Field("verify_event_subscription_enabled", FLAG, always(False)),
        Field("date_created", TIME, lambda at: iso(at.view.created_at)),
        Field("date_updated", TIME, lambda at: iso(at.view.updated_at)),
        Field("url", URL, lambda at: at.url),
        Field("links", OBJECT, _links),
    ),
)
