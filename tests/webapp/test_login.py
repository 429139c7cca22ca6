"""The first page of logging in."""

from flask import Flask


def test_head_is_answered_as_get(app: Flask) -> None:
    assert app.test_client().head("/login").status_code == 200
