"""What Granian serves in the tests that kill it: the product, on tables that are there already."""

from flask import Flask

from wsgi import create_app


def serve() -> Flask:
    return create_app()
