"""Every setting: its name without prefix, its default, and what it means."""

from dataclasses import dataclass

PREFIX = "SIXDIGITS_"


@dataclass(frozen=True, slots=True)
class Field:
    """One setting `SIXDIGITS_<name>`."""

    name: str
    default: str
    meaning: str
    secret: bool = False


FIELDS = (
    Field("ENV", "development", "`development` or `production`; production refuses unsafe starts"),
    Field("SECRET_KEY", "", "signs sessions; made on first start in development", secret=True),
    Field("DATA_KEYS", "", "comma list of 32-byte urlsafe base64 keys, newest first", secret=True),
    Field("DATABASE_URL", "", "SQLite file in `instance/` when empty", secret=True),
    Field("REDIS_URL", "", "Redis or Valkey: store of the outer rate limits", secret=True),
    Field("WORKERS", "embedded", "`embedded` (threads beside the app) or `distributed`"),
    Field("PUBLIC_URL", "http://127.0.0.1:5000", "the address people and gateways use"),
    Field("TRUSTED_PROXIES", "0", "how many proxies in front may set forwarded headers"),
    Field("GATEWAYS", "simulator", "comma list of gateways in order of preference"),
    Field("BULK_RATES", "", "segments a second of texts to many: `egosms=100,twilio=1`"),
    Field("COUNTRIES", "", "ISO codes that may be sent to; `*` is all; empty sends nothing"),
    Field("ROUTING_POLICY", "quality", "`prefer`, `quality` or `cost`"),
    Field("ROUTING_MARGIN", "2", "points of conversion that the cheapest gateway may be worse"),
    Field("ROUTING_EXPLORE", "2", "texts of a hundred that try another gateway than the leader"),
    Field("ROUTING_WEIGHTS", "", "your own trust in gateways, like `twilio=1.1,egosms=0.9`"),
    Field("CURRENCY", "USD", "currency of budget and comparisons"),
    Field("EXCHANGE_RATES", "", "worth of others in it, like `EUR=1.08,UGX=0.00027`"),
    Field("BUDGET_PER_DAY", "", "money that texts may cost in a day (UTC); empty: no bound"),
    Field("BUDGET_RESERVE", "20", "percent of the budget kept for phones confirmed before"),
    Field("CODE_LENGTH", "6", "digits in a code"),
    Field("CODE_LIFETIME_SECONDS", "300", "how long a code is valid"),
    Field("CODE_MAX_CHECKS", "5", "checks allowed for one code"),
    Field("CODE_MAX_SENDS", "5", "texts allowed for one code"),
    Field("RESEND_WAITS_SECONDS", "30,40,60,90", "waits before each further text"),
    Field(
        "SENDS_PER_HOUR",
        "number=5,address=10,prefix=20",
        "most texts in an hour to one phone, for one address, to neighbouring phones",
    ),
    Field(
        "SENDS_PER_DAY",
        "number=10,address=30,country=200,all=1000",
        "most texts in 24 hours to one phone, for one address, to one country, in all",
    ),
    Field("API_SENDS_PER_MINUTE", "600", "starts that one key of the API may ask for"),
    Field("LIMITS", "on", "`off` only for load tests; refused in production"),
    Field("BRAND", "Sixdigits", "the name in texts and pages, at most 20 characters"),
    Field("HELP_ADDRESS", "", "e-mail or web address of your support; people in trouble see it"),
    Field("ALERT_WEBHOOK_URL", "", "https address that alerts are posted to as JSON", secret=True),
    Field("ALERT_TEXTS", "on", "`off` sends operators no text about alerts"),
    Field("ALERT_MAILS", "on", "`off` sends operators no mail about alerts"),
    Field("METRICS_TOKEN", "", "bearer token for `/metrics` from elsewhere", secret=True),
    Field(
        "SMTP_URL", "", "mail server, like `smtp://user:password@mail.example.com:587`", secret=True
    ),
    Field("MAIL_FROM", "", "address that mails come from; needed with SMTP_URL"),
    Field("LOG_LEVEL", "INFO", "least severe level that is logged"),
)
