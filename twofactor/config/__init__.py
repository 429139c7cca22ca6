"""Typed settings, read once: from the environment, `.env` and `*_FILE`."""
