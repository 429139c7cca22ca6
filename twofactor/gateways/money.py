"""Amounts in gateways' answers: numbers, text, or text with the currency in front."""

from decimal import Decimal, InvalidOperation

BOUND = 10**15


def amount(value: object) -> Decimal | None:
    """What a number or text says, or None: a price we can't read, or no column holds, spoils no
    answer."""
    try:
        number = Decimal(str(value).replace(",", "").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < BOUND else None


def named_amount(value: object) -> tuple[Decimal | None, str]:
    """Amount and currency of text such as `KES 0.8000`."""
    currency, _, number = str(value).strip().rpartition(" ")
    found = amount(number)
    return found, currency if found is not None else ""
