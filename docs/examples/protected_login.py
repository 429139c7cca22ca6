"""A login protected through the API. Set SIXDIGITS, ACCOUNT, SECRET and SERVICE, then flask run."""

import os

import requests
from flask import Flask, redirect, request, session

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
PEOPLE = {"alice": ("correct horse", "+12025550123")}
BASE = f"{os.environ['SIXDIGITS']}/v2/Services/{os.environ['SERVICE']}"
AUTH = (os.environ["ACCOUNT"], os.environ["SECRET"])
FORM = (
    "<form method=post><input name=name><input name=secret type=password><button>Go</button></form>"
)


def ask(what, **form):
    return requests.post(f"{BASE}/{what}", form, auth=AUTH, timeout=10).json()


@app.route("/", methods=["GET", "POST"])
def login():
    password, phone = PEOPLE.get(request.form.get("name"), (None, ""))
    if password is None or request.form["secret"] != password:
        return FORM
    session["phone"] = phone
    ask("Verifications", To=phone, Channel="sms")
    return redirect("/code")


@app.route("/code", methods=["GET", "POST"])
def code():
    given = request.form.get("code")
    if given and ask("VerificationCheck", To=session["phone"], Code=given).get("valid"):
        return "Welcome"
    return "<form method=post><input name=code><button>Go</button></form>"
