"""What people agree to before they get texts: shown, and kept with version and time (S-32).

The risk stands above it in two plain sentences (S-13), and is kept with it. Whoever changes a
sentence makes a new CONSENT_VERSION in `authenticators`.
"""

from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Authenticator, Consent, User

SEND = "Send the code"
RESTORE = "Take texts again"
RISK = (
    "A thief may talk your carrier into moving your number to another SIM card, and a text can be "
    "read on its way. Without coverage none arrives."
)


def words(brand: str, button: str = SEND) -> str:
    """The very words on the page, above that button."""
    return (
        f"By pressing {button} you agree that {brand} sends security codes and notices about "
        "your account by text message to this number. Your carrier may charge for receiving them. "
        "Reply STOP to end them."
    )


def record(kit: Kit, user: User, phone: Authenticator, button: str = SEND) -> None:
    """Keep that this user agreed, in the transaction that sends the first text or lifts a STOP."""
    row = Consent(
        user_id=user.id,
        authenticator_id=phone.id,
        version=phone.consent,
        words=f"{RISK} {words(kit.settings.brand, button)}",
        at=kit.now(),
    )
    db.session.add(row)
