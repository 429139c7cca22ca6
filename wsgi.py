"""The only composer: `flask run`, the server and the tests start here."""

import gc
import os
import re
import signal
import sys
from collections.abc import Callable
from multiprocessing.util import Finalize
from pathlib import Path
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

import click
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.middleware.proxy_fix import ProxyFix

from api import door as api_door
from api import front as api_front
from cli import commands
from twofactor import gateways, hook_jobs, house, jobs, logs, posts
from twofactor.clock import Clock, SystemClock
from twofactor.config.faults import ConfigError
from twofactor.config.load import load
from twofactor.config.settings import Settings
from twofactor.crew import NotInstalled, assemble
from twofactor.crypto import Keyring
from twofactor.extensions import csrf, db, limiter
from twofactor.front import Front
from twofactor.gateways.base import Gateway
from twofactor.gateways.simulator.gateway import Simulator
from twofactor.gateways.simulator.phones import Phones
from twofactor.gateways.simulator.radio import Radio
from twofactor.gateways.wire import Wire
from twofactor.house import House
from twofactor.kit import Kit
from twofactor.models import database, fence, schema
from twofactor.models.loop_writer import LoopWriter
from twofactor.models.writer import GroupWriter
from twofactor.outbound import Poster
from twofactor.sender import Sender
from twofactor.sms.tally import Tally
from webapp import door, errors, guards, pages
from webhooks import front as webhooks_front
from webhooks.door import WEBHOOKS

ROOT = Path(__file__).parent
MIGRATIONS = ROOT / "migrations"
SERVE_PORT = 8000
EXIT_UNUSABLE = 2
NO_COUNTRIES = "SIXDIGITS_COUNTRIES is empty: no text is sent to any country."

T = TypeVar("T")


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    """The whole product as one app. Threads start only in a serving process.

    Without `settings` they are read from the environment; unusable ones end the process with exit
    code 2 and one line a fault.
    """
    app = Flask(__name__)
    running = _is_flask_run()
    settings = settings or _settings(app, running.params["port"] if running else None)
    logs.install(as_json=settings.is_production, level=settings.log_level)
    _configure(app, settings)
    try:
        built = _house(app, settings, clock or SystemClock())
    except ValueError as error:  # a gateway can't work with its settings
        _refuse(str(error))
    house.install(app, built)
    _open_doors(app, settings)
    if running and _serves_itself():
        _start(app, built)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    return app


def serve() -> Flask:
    """The app for a production server: ready, with its threads running."""
    os.environ.setdefault("PORT", str(SERVE_PORT))
    app = create_app()
    with app.app_context():
        built = house.house()
    _start(app, built)
    return app


def serve_asgi() -> Front:
    """The same for an ASGI server, with the hot addresses in front."""
    front = in_front(serve())
    gc.freeze()  # what has been made by now stays: no use in looking at it again and again
    gc.set_threshold(10_000, 20, 20)  # a request makes hundreds of things, and leaves no rings
    return front


def in_front(app: Flask) -> Front:
    """The app behind those who answer the hot addresses."""
    with app.app_context():
        built, desk = house.house(), api_door.desk()
    settings, writer = built.kit.settings, LoopWriter(built.writer)
    dress = guards.dressing(settings) | guards.UNKEPT
    finders = [
        webhooks_front.finder(built, writer),
        api_front.finder(built, desk, writer, dress),
    ]
    return Front(app.wsgi_app, settings.netloc, finders, built.stop)


def _settings(app: Flask, port: int | None) -> Settings:
    fields = {
        name: {credential.name: credential for credential in gateways.load(name).credentials}
        for name in gateways.names()
    }
    given = os.environ.get("PORT", "0")
    if not re.fullmatch("[0-9]{1,5}", given):
        _refuse("PORT: not a number. Use one from 1 to 65535.")
    port = port or int(given)
    try:
        return load(os.environ, Path(app.instance_path), fields, ROOT / ".env", port)
    except ConfigError as error:
        _refuse(*map(str, error.faults))


def _refuse(*reasons: str) -> NoReturn:
    """End the process: one line a fault, on standard error."""
    for reason in reasons:
        click.echo(f"sixdigits can't start: {reason}", err=True)
    sys.exit(EXIT_UNUSABLE)


def _configure(app: Flask, settings: Settings) -> None:
    guards.install(app)  # before CSRF and the fence, whose refusals carry a request number too
    app.config.update(
        SECRET_KEY=Keyring(settings.secret_key, settings.data_keys).derive("cookies"),
        SESSION_COOKIE_NAME="__Host-sixdigits" if settings.is_https else "sixdigits",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=posts.BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=posts.BODY_BYTES,
        MAX_FORM_PARTS=guards.FORM_FIELDS,
        WTF_CSRF_TIME_LIMIT=4 * 3600,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "hide_parameters": True,
            **database.engine_options(settings.database_url),
        },
        RATELIMIT_ENABLED=settings.limits,
        RATELIMIT_STORAGE_URI=_fence(settings),
        RATELIMIT_STORAGE_OPTIONS={"wrap_exceptions": True},
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    database.create_file(settings.database_url)
    db.init_app(app)
    if click.get_current_context(silent=True):  # `flask db` needs it; a server does not
        schema.attach(app, MIGRATIONS)
    csrf.init_app(app)
    limiter.init_app(app)
    with app.app_context():
        database.prepare(db.engine)


def _fence(settings: Settings) -> str:
    """Where the outer rate limits are counted: shared, unless one process develops alone."""
    if settings.redis_url:
        return settings.redis_url
    return f"{fence.SqlStorage.STORAGE_SCHEME[0]}://" if settings.is_production else "memory://"


def _house(app: Flask, settings: Settings, clock: Clock) -> House:
    keyring, wire = Keyring(settings.secret_key, settings.data_keys), Wire()
    chosen, radio = _gateways(app, settings, keyring, wire, clock)
    kit = Kit(settings, clock, keyring, chosen)
    with app.app_context():
        writer = GroupWriter(db.engine)

    def bind(verb: Callable[[Kit], T]) -> Callable[[], T]:
        """The verb as a thread calls it: with a fresh database session every time."""

        def run() -> T:
            with app.app_context():
                return verb(kit)

        return run

    tally, poster = Tally(), Poster()
    clerk = Sender(lambda: False, bind(tally.flush), threads=0)
    teller = Sender(
        bind(lambda kit: hook_jobs.tell_next(kit, poster)), bind(hook_jobs.collect), threads=2
    )
    postman = Sender(bind(jobs.post_next), lambda: None, threads=1)
    try:
        crew = assemble(
            kit, bind, writer.see_to, [clerk, teller, postman, *([radio] if radio else [])]
        )
    except NotInstalled as error:
        _refuse(str(error))

    def stop() -> None:
        crew.stop()
        writer.close()

    return House(kit, crew.sender, writer, tally, crew.start, stop, crew.work)


def _gateways(
    app: Flask, settings: Settings, keyring: Keyring, wire: Wire, clock: Clock
) -> tuple[dict[str, Gateway], Radio | None]:
    """The chosen gateways in order, and what posts the receipts of the simulated one."""
    radio: Radio | None = None
    chosen: dict[str, Gateway] = {}
    for name in settings.gateways:
        given = settings.gateway_settings.get(name, {})
        if name == "simulator":
            phones, token = _phones(app, settings, keyring), keyring.derive("simulator").hex()
            radio = Radio(phones, wire, clock, token)
            chosen[name] = Simulator(
                given, wire, phones=phones, clock=clock, token=token, wake=radio.wake
            )
        else:
            chosen[name] = gateways.load(name)(given, wire)
    return chosen, radio


def _phones(app: Flask, settings: Settings, keyring: Keyring) -> Phones:
    place = "simulator.phones"
    return Phones(
        database.beside(settings.database_url, "phones", Path(app.instance_path)),
        seal=lambda text: keyring.seal(text, place),
        unseal=lambda sealed: keyring.unseal(sealed, place),
        fingerprint=keyring.fingerprint,
    )


def _open_doors(app: Flask, settings: Settings) -> None:
    has_simulator = "simulator" in settings.gateways and not settings.is_production
    app.register_blueprint(door.blueprint(has_simulator=has_simulator))
    for webhook in WEBHOOKS:
        app.register_blueprint(webhook)
        csrf.exempt(webhook)
    errors.install(app)
    api_door.install(app)
    pages.install(app)
    commands.install(app, lambda: _make_ready(app), create_app)


def _start(app: Flask, built: House) -> None:
    """Database first, then the threads; what is in hand is finished before the process ends."""
    _make_ready(app)
    if built.kit.settings.countries == frozenset():
        click.echo(f" * {NO_COUNTRIES}", err=True)
    built.start()
    Finalize(None, built.stop, exitpriority=1)  # the server's workers never run `atexit`
    settings = built.kit.settings
    if not settings.is_production:
        click.echo(f" * Open {settings.public_url}")
        if "simulator" in settings.gateways:
            click.echo(f" * Simulated phones: {settings.public_url}/simulator/phone/")
        click.echo(f" * First operator: {_flask(settings)} operators create you@example.com")


def _flask(settings: Settings) -> str:
    """How `flask` is typed here, so that the line can be copied as it stands."""
    beside, here = Path(sys.executable).with_name("flask"), Path.cwd()
    typed = str(beside.relative_to(here)) if beside.is_relative_to(here) else "flask"
    port = urlsplit(settings.public_url).port
    return typed if port in (None, 5000) else f"PORT={port} {typed}"


def _make_ready(app: Flask) -> None:
    """In development the database is brought up to date; in production that is a decision."""
    try:
        with app.app_context():
            settings, present = house.house().kit.settings, schema.present()
    except OperationalError:  # its message may hold the address, with the password in it
        _refuse("SIXDIGITS_DATABASE_URL: the database can't be reached. Is it running?")
    if settings.is_production:
        if present != schema.latest(MIGRATIONS):
            _refuse("the database is not up to date. Run `flask db upgrade`.")
    elif schema.upgrade(app, MIGRATIONS, Path(app.instance_path) / "migrate.lock"):
        click.echo(" * The database is ready.", err=True)


def _is_flask_run() -> click.Context | None:
    context = click.get_current_context(silent=True)
    return context if context and context.info_name == "run" else None


def _serves_itself() -> bool:
    """False in the parent of the reloader, which only watches files."""
    debug = os.environ.get("FLASK_DEBUG", "").lower() in ("1", "true")
    return not debug or os.environ.get("WERKZEUG_RUN_MAIN") == "true"
