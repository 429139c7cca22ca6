"""The line: what happens without it, and what happens once a period however many there are."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.cast import Cast
from tests.conftest import close
from tests.settings import settings_for
from tests.stamp import stamp
from tests.valkey import free_port
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.distributed import heartbeat, line
from twofactor.extensions import db
from twofactor.house import house
from twofactor.kit import Kit
from wsgi import create_app

pytestmark = pytest.mark.xdist_group("distributed")


def test_without_its_packages_the_start_names_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(line, "find_spec", lambda _: None)
    values = {"WORKERS": "distributed", "REDIS_URL": "redis://127.0.0.1:1/0"}
    with pytest.raises(SystemExit) as ended:
        create_app(settings_for(tmp_path, **values))
    assert ended.value.code == 2
    assert "Type: make scale" in capsys.readouterr().err


def test_a_worker_command_is_refused_where_the_app_sends_by_itself(app: Flask) -> None:
    stamp(app)
    answer = app.test_cli_runner().invoke(args=["worker"])
    assert answer.exit_code == 2
    assert "SIXDIGITS_WORKERS=distributed" in answer.output


def test_a_dead_line_keeps_nobody_from_logging_in(tmp_path: Path, clock: FixedClock) -> None:
    url = f"redis://127.0.0.1:{free_port()}/0"
    app = create_app(
        settings_for(tmp_path, WORKERS="distributed", REDIS_URL=url, LIMITS="off"), clock
    )
    try:
        with app.app_context():
            db.create_all()
            house().sender.start()
        browser = Cast(app, clock).at_code_page()
        assert browser.get("/login/code").status_code == 200
    finally:
        with app.app_context():
            house().sender.stop()
        close(app)


def test_it_is_not_ready_before_a_worker_shows_itself_nor_after_it_fell_silent(
    tmp_path: Path, clock: FixedClock
) -> None:
    values = {"WORKERS": "distributed", "REDIS_URL": "redis://127.0.0.1:1/0", "LIMITS": "off"}
    app = create_app(settings_for(tmp_path, **values), clock)
    client = app.test_client()
    try:
        with app.app_context():
            db.create_all()
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json and answer.json["reason"]) == (
            503,
            "no worker is alive",
        )
        with app.app_context():
            heartbeat.beat(house().kit, "worker-1")
        assert client.get("/readyz").status_code == 200
        clock.advance(31)
        assert client.get("/readyz").status_code == 503
        with app.app_context():
            heartbeat.beat(house().kit, "worker-1")
        assert client.get("/readyz").status_code == 200
        with app.app_context():
            heartbeat.leave("worker-1")
        assert client.get("/readyz").status_code == 503
    finally:
        close(app)


def test_periodic_work_runs_once_a_period_with_many_workers(
    app: Flask, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: Counter[str] = Counter()

    def note(kit: Kit) -> None:
        runs[f"{kit.now():%H:%M:%S}"] += 1

    job = jobs.Periodic("note", timedelta(minutes=1), note)
    monkeypatch.setattr(jobs, "PERIODIC", (job,))

    def look(_: int) -> None:
        with app.app_context():
            jobs.run_due(house().kit)

    with ThreadPoolExecutor(8) as workers:
        for _ in range(3):
            list(workers.map(look, range(16)))
            clock.advance(60)
    assert runs == {"12:00:00": 1, "12:01:00": 1, "12:02:00": 1}
