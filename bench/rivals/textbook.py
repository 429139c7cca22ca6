"""As most tutorials write it: Flask, the ORM, one commit a request, the SDK's own validator."""

import os

from flask import Flask, abort, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from twilio.request_validator import RequestValidator


class Base(DeclarativeBase):
    pass


class Message(Base):
    __tablename__ = "messages"
    ref: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]


class Receipt(Base):
    __tablename__ = "receipts"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str]
    status: Mapped[str]
    code: Mapped[str]


def create_app() -> Flask:
    app, db = Flask(__name__), SQLAlchemy(model_class=Base)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["BENCH_DATABASE_URL"]
    db.init_app(app)
    validator, public = RequestValidator(os.environ["BENCH_TOKEN"]), os.environ["BENCH_PUBLIC_URL"]

    with app.app_context():
        if db.engine.dialect.name == "sqlite":

            @event.listens_for(db.engine, "connect")
            def durable(connection, _record):  # type: ignore[no-untyped-def]
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")

    @app.post("/webhooks/twilio/status")
    def status() -> tuple[str, int]:
        url = public + request.full_path.rstrip("?")
        if not validator.validate(url, request.form, request.headers.get("X-Twilio-Signature", "")):
            abort(403)
        ref, word = request.form["MessageSid"], request.form["MessageStatus"]
        db.session.add(Receipt(ref=ref, status=word, code=request.form.get("ErrorCode", "")))
        message = db.session.get(Message, ref)
        if message is not None and message.status != "delivered":
            message.status = word
        try:
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
        return "", 204

    return app
