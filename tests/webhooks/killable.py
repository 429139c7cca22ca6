"""What is served in the tests that kill it: the product, on tables that are there already."""

import sys

import uvicorn

from cli.serve import Protocol
from twofactor.front import Front
from wsgi import create_app, in_front


def serve() -> Front:
    return in_front(create_app())


if __name__ == "__main__":
    uvicorn.run(serve(), port=int(sys.argv[1]), http=Protocol, log_level="error")
