"""Arabic: UCS-2, so short sentences; a text may take two segments."""

from twofactor.sms.language import Language, Notice
from twofactor.sms.segments import Encoding
from twofactor.words import Purpose


def _plural(number: int) -> str:
    """CLDR, for counts up to 99."""
    if number in (1, 2):
        return ("one", "two")[number - 1]
    return "few" if 3 <= number <= 10 else "many"


_LOGIN_ONE = (
    "{code} رمز دخولك إلى {brand}. صالح لدقيقة. لا تشاركه.",
    "{code} رمز دخولك. صالح لدقيقة. لا تشاركه.",
    "{code} رمز دخولك. لا تشاركه.",
)
_LOGIN_TWO = (
    "{code} رمز دخولك إلى {brand}. صالح لدقيقتين. لا تشاركه.",
    "{code} رمز دخولك. صالح لدقيقتين. لا تشاركه.",
    "{code} رمز دخولك. لا تشاركه.",
)
_LOGIN_FEW = (
    "{code} رمز دخولك إلى {brand}. صالح {minutes} دقائق. لا تشاركه.",
    "{code} رمز دخولك. صالح {minutes} دقائق. لا تشاركه.",
    "{code} رمز دخولك. لا تشاركه.",
)
_LOGIN_MANY = (
    "{code} رمز دخولك إلى {brand}. صالح {minutes} دقيقة. لا تشاركه.",
    "{code} رمز دخولك. صالح {minutes} دقيقة. لا تشاركه.",
    "{code} رمز دخولك. لا تشاركه.",
)
_ENROL_ONE = (
    "{code} رمز {brand} لتأكيد هذا الهاتف. صالح لدقيقة. لا تشاركه.",
    "{code} رمز تأكيد هذا الهاتف. صالح لدقيقة. لا تشاركه.",
    "{code} رمز تأكيد الهاتف. لا تشاركه.",
)
_ENROL_TWO = (
    "{code} رمز {brand} لتأكيد هذا الهاتف. صالح لدقيقتين. لا تشاركه.",
    "{code} رمز تأكيد هذا الهاتف. صالح لدقيقتين. لا تشاركه.",
    "{code} رمز تأكيد الهاتف. لا تشاركه.",
)
_ENROL_FEW = (
    "{code} رمز {brand} لتأكيد هذا الهاتف. صالح {minutes} دقائق. لا تشاركه.",
    "{code} رمز تأكيد هذا الهاتف. صالح {minutes} دقائق. لا تشاركه.",
    "{code} رمز تأكيد الهاتف. لا تشاركه.",
)
_ENROL_MANY = (
    "{code} رمز {brand} لتأكيد هذا الهاتف. صالح {minutes} دقيقة. لا تشاركه.",
    "{code} رمز تأكيد هذا الهاتف. صالح {minutes} دقيقة. لا تشاركه.",
    "{code} رمز تأكيد الهاتف. لا تشاركه.",
)
_YOU_ONE = (
    "{code} رمز {brand} لتأكيد هويتك. صالح لدقيقة. لا تشاركه.",
    "{code} رمز تأكيد هويتك. صالح لدقيقة. لا تشاركه.",
    "{code} رمز تأكيد هويتك. لا تشاركه.",
)
_YOU_TWO = (
    "{code} رمز {brand} لتأكيد هويتك. صالح لدقيقتين. لا تشاركه.",
    "{code} رمز تأكيد هويتك. صالح لدقيقتين. لا تشاركه.",
    "{code} رمز تأكيد هويتك. لا تشاركه.",
)
_YOU_FEW = (
    "{code} رمز {brand} لتأكيد هويتك. صالح {minutes} دقائق. لا تشاركه.",
    "{code} رمز تأكيد هويتك. صالح {minutes} دقائق. لا تشاركه.",
    "{code} رمز تأكيد هويتك. لا تشاركه.",
)
_YOU_MANY = (
    "{code} رمز {brand} لتأكيد هويتك. صالح {minutes} دقيقة. لا تشاركه.",
    "{code} رمز تأكيد هويتك. صالح {minutes} دقيقة. لا تشاركه.",
    "{code} رمز تأكيد هويتك. لا تشاركه.",
)

ARABIC = Language(
    plural=_plural,
    code={
        (Purpose.LOGIN, "one"): _LOGIN_ONE,
        (Purpose.LOGIN, "two"): _LOGIN_TWO,
        (Purpose.LOGIN, "few"): _LOGIN_FEW,
        (Purpose.LOGIN, "many"): _LOGIN_MANY,
        (Purpose.ENROL, "one"): _ENROL_ONE,
        (Purpose.ENROL, "two"): _ENROL_TWO,
        (Purpose.ENROL, "few"): _ENROL_FEW,
        (Purpose.ENROL, "many"): _ENROL_MANY,
        (Purpose.STEP_UP, "one"): _YOU_ONE,
        (Purpose.STEP_UP, "two"): _YOU_TWO,
        (Purpose.STEP_UP, "few"): _YOU_FEW,
        (Purpose.STEP_UP, "many"): _YOU_MANY,
        (Purpose.API, "one"): _YOU_ONE,
        (Purpose.API, "two"): _YOU_TWO,
        (Purpose.API, "few"): _YOU_FEW,
        (Purpose.API, "many"): _YOU_MANY,
    },
    bare_code="{code} رمزك.",
    notice={
        Notice.PHONE_ADDED: (
            "{brand}: أضيف هاتف إلى حسابك. إن لم تكن أنت فادخل وأبلغنا.",
            "أضيف هاتف إلى حسابك. إن لم تكن أنت فادخل وأبلغنا.",
        ),
        Notice.PHONE_CHANGED: (
            "{brand}: تغير هاتف حسابك. إن لم تكن أنت فادخل وأبلغنا.",
            "تغير هاتف حسابك. إن لم تكن أنت فادخل وأبلغنا.",
        ),
        Notice.PHONE_REMOVED: (
            "{brand}: أزيل هاتف من حسابك. إن لم تكن أنت فادخل وأبلغنا.",
            "أزيل هاتف من حسابك. إن لم تكن أنت فادخل وأبلغنا.",
        ),
        Notice.APP_CHANGED: (
            "{brand}: تغيرت رموز التطبيق في حسابك. إن لم تكن أنت فادخل وأبلغنا.",
            "تغيرت رموز التطبيق في حسابك. إن لم تكن أنت فادخل وأبلغنا.",
        ),
        Notice.PASSKEY_CHANGED: (
            "{brand}: تغيرت مفاتيح المرور في حسابك. إن لم تكن أنت فادخل وأبلغنا.",
            "تغيرت مفاتيح المرور في حسابك. إن لم تكن أنت فادخل وأبلغنا.",
        ),
        Notice.RECOVERY_CODES_CHANGED: (
            "{brand}: استبدلت رموز الاسترداد. إن لم تكن أنت فادخل وأبلغنا.",
            "استبدلت رموز الاسترداد. إن لم تكن أنت فادخل وأبلغنا.",
        ),
        Notice.RECOVERY_CODE_USED: (
            "{brand}: استخدم رمز استرداد للدخول. إن لم تكن أنت فادخل وأبلغنا.",
            "استخدم رمز استرداد للدخول. إن لم تكن أنت فادخل وأبلغنا.",
        ),
        Notice.PASSWORD_CHANGED: (
            "{brand}: تغيرت كلمة مرورك. إن لم تكن أنت فادخل وأبلغنا.",
            "تغيرت كلمة مرورك. إن لم تكن أنت فادخل وأبلغنا.",
        ),
        Notice.LOCKED: (
            "{brand}: رموز خاطئة كثيرة، فأوقفنا رموز الرسائل لحسابك. ادخل بطريقة أخرى لتشغيلها.",
            "رموز خاطئة كثيرة، فأوقفنا رموز الرسائل لحسابك. ادخل بطريقة أخرى لتشغيلها.",
        ),
    },
    invitation=(
        "{brand} يدعوك لتفعيل الدخول برمز: {url}",
        "فعّل الدخول برمز: {url}",
    ),
    trial=(
        "رسالة تجربة من {brand}. لا يلزمك فعل شيء.",
        "رسالة تجربة. لا يلزمك فعل شيء.",
    ),
    encoding=Encoding.UCS2,
    most_parts=2,
)
