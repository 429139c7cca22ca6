"""The numbers of errors: Twilio's own, so that a program which knows them goes on working."""

from collections.abc import Mapping

UNKNOWN_PARAMETER = 20001
DENIED = 20003
WRONG_METHOD = 20004
NOT_FOUND = 20404
CONFLICT = 20409
TOO_LARGE = 20413
WRONG_TYPE = 20415
TOO_MANY = 20429
BROKEN = 20500
UNAVAILABLE = 20503
OPTED_OUT = 21610
INVALID = 60200
MAX_CHECKS = 60202
MAX_SENDS = 60203
NOT_SUPPORTED = 60204
LANDLINE = 60205
BUSY_NUMBER = 60212
PUMPING = 60410
COUNTRY_CLOSED = 60605

# What each number means here; the reference page and the description show it.
MEANINGS: Mapping[int, str] = {
    UNKNOWN_PARAMETER: "A parameter is unknown, or given twice, or a body can't be read",
    DENIED: "Credentials missing or wrong (401), or this key may not do that (403)",
    WRONG_METHOD: "The address exists, the method does not",
    NOT_FOUND: "Nothing there, or it is not yours, or the verification has ended",
    CONFLICT: "An idempotency key was used for another request, or a name is taken",
    TOO_LARGE: "The body is over 64 KiB",
    WRONG_TYPE: "The body is not a form (application/x-www-form-urlencoded)",
    TOO_MANY: "A limit is reached; Retry-After says for how many seconds",
    BROKEN: "Our fault; the request number is in X-Request-Id",
    UNAVAILABLE: "Could not be stored now; send it again",
    OPTED_OUT: "The phone said STOP; it gets texts again once it says START",
    INVALID: "A parameter is missing or has a value that can't be taken",
    MAX_CHECKS: "Five codes were checked; start again once the verification has ended",
    MAX_SENDS: "The code was sent five times",
    NOT_SUPPORTED: "This server, service or key does not offer that",
    LANDLINE: "No text can reach this kind of number",
    BUSY_NUMBER: "Two requests for the same number at the same moment",
    PUMPING: "Too many texts to neighbouring numbers, or hardly any code came back: like fraud",
    COUNTRY_CLOSED: "The operator sends no texts to this country",
}
