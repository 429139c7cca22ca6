"""What languages call themselves."""

NAMES = {
    "ar": "العربية",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "lg": "Luganda",
    "pt": "Português",
    "sw": "Kiswahili",
}
RIGHT_TO_LEFT = ("ar", "fa", "he", "ur")


def direction(language: str) -> str:
    """Which way a language runs, as HTML names it."""
    return "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"
