"""What an error means in plain words, who has to act, and what usually helps. Data, no rules.

The classes are ours; the codes are the few that people meet most, in their gateway's own words
(Twilio: twilio.com/docs/api/errors; AWS: the reasons of its delivery events).
"""

from dataclasses import dataclass

from twofactor.words import ErrorClass


@dataclass(frozen=True, slots=True)
class Meaning:
    """One error for people: what happened, who acts (`person`, `operator`, `gateway`), what
    helps."""

    what: str
    who: str
    helps: str


CLASSES: dict[ErrorClass, Meaning] = {
    ErrorClass.RETRY: Meaning(
        "The gateway or the carrier was busy for the moment",
        "gateway",
        "Nothing to do while it is rare: the text is tried again by itself. If it lasts, look at "
        "the gateway's status page and put another gateway first.",
    ),
    ErrorClass.BAD_PHONE: Meaning(
        "This number can't receive texts",
        "person",
        "Ask the person for another number: it may be a landline, switched off for good or "
        "mistyped. Another login way works at once.",
    ),
    ErrorClass.BLOCKED: Meaning(
        "The gateway or the carrier took the text for unwanted and filtered it",
        "operator",
        "Register your sender ID and the wording with the gateway for this country, and keep to "
        "the registered wording. Many in one country at once can be fraud: look at its conversion.",
    ),
    ErrorClass.OPTED_OUT: Meaning(
        "The person has answered STOP",
        "person",
        "Only the person can undo it: by sending START to the number the texts come from. Until "
        "then another login way works.",
    ),
    ErrorClass.ROUTE: Meaning(
        "This gateway can't reach this country or carrier",
        "operator",
        "Open the country in the gateway's console, or put a gateway first that serves it.",
    ),
    ErrorClass.ACCOUNT: Meaning(
        "The gateway refused our account",
        "operator",
        "Look at the balance, the credentials and the sender ID in the gateway's console. Every "
        "text by this gateway fails until it is mended.",
    ),
    ErrorClass.EXPIRED: Meaning(
        "The text was not delivered while its code was valid",
        "gateway",
        "The phone was off or out of reach, or the route is slow. If a whole country is late, "
        "put another gateway first there.",
    ),
    ErrorClass.UNCLASSIFIED: Meaning(
        "The gateway gave a reason that nobody has described yet",
        "operator",
        "Look the code up in the gateway's documentation; if it comes often, tell us, so that it "
        "gets a class.",
    ),
}

CALLS: dict[str, Meaning] = {
    "busy": Meaning("The line was busy", "person", "Another call, or a text, can be asked for."),
    "no-answer": Meaning("Nobody answered", "person", "Another call, or a text, can be asked for."),
}

# (gateway, code) -> what the gateway says it means
CODES: dict[tuple[str, str], str] = {
    ("twilio", "21211"): "The number is not valid",
    ("twilio", "21408"): "Texts to this country are not switched on in the account",
    ("twilio", "21610"): "The person has answered STOP to this sender",
    ("twilio", "21614"): "The number is not a mobile number",
    ("twilio", "30002"): "The account is suspended",
    ("twilio", "30003"): "The phone is switched off or out of reach",
    ("twilio", "30004"): "The number does not take texts from this sender",
    ("twilio", "30005"): "The number is unknown or no longer in use",
    ("twilio", "30006"): "A landline, or a carrier that can't be reached",
    ("twilio", "30007"): "The carrier filtered the text",
    ("twilio", "30008"): "The carrier gave no reason",
    ("aws", "TEXT_CARRIER_UNREACHABLE"): "The phone's carrier can't be reached at the moment",
    ("aws", "TEXT_CARRIER_BLOCKED"): "The carrier does not let this text through",
    ("aws", "TEXT_BLOCKED"): "The phone blocks texts from this sender",
    ("aws", "TEXT_INVALID"): "The destination is not a valid number",
    ("aws", "TEXT_SPAM"): "The carrier took the text for unwanted",
    ("aws", "TEXT_TTL_EXPIRED"): "Not delivered within its validity",
    ("aws", "TEXT_UNREACHABLE"): "The phone is switched off or out of reach",
}


def explain(gateway: str, code: str, error_class: str) -> Meaning | None:
    """An error in plain words; None where there is none."""
    if not error_class and not code:
        return None
    if code in CALLS:
        return CALLS[code]
    known = error_class in ErrorClass.__members__.values()
    meaning = CLASSES[ErrorClass(error_class) if known else ErrorClass.UNCLASSIFIED]
    said = CODES.get((gateway, code))
    return Meaning(said, meaning.who, meaning.helps) if said else meaning
