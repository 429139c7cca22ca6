"""A login protected through the API; set SECRET_KEY, SIXDIGITS, ACCOUNT, SECRET and SERVICE."""

from os import environ as env

import requests
from flask import Flask, request, session
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)
app.secret_key = env["SECRET_KEY"]
PEOPLE = {"alice": (generate_password_hash("correct horse"), "+12025550123")}
FORM = "<form method=post><input name=name><input type=password name=pw><input name=code><button>Go"


def ask(what, **form):
    url = f"{env['SIXDIGITS']}/v2/Services/{env['SERVICE']}/{what}"
    return requests.post(url, form, auth=(env["ACCOUNT"], env["SECRET"]), timeout=10).json()


@app.route("/", methods=["GET", "POST"])
def login():
    given, texted = request.form, session.get("texted")  # there once the password was right
    known, phone = PEOPLE.get(given.get("name"), ("", ""))
    if check_password_hash(known, given.get("pw", "")):
        session["texted"] = ask("Verifications", To=phone, Channel="sms").get("to")
    elif texted and ask("VerificationCheck", To=texted, Code=given.get("code", "")).get("valid"):
        return "Welcome"
    return FORM
