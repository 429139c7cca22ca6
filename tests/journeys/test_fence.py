"""The outer fence, counted in Valkey for all processes together."""

from collections.abc import Callable

from redis import Redis

from tests.journeys.person import Person
from tests.server import SERVE, Server


def test_it_answers_429_with_the_time_to_wait_and_counts_in_valkey(
    make_server: Callable[..., Server], newcomer: Callable[[Server], Person], valkey: str
) -> None:
    server = make_server(SERVE, REDIS_URL=valkey, LIMITS="on")
    person = newcomer(server)
    person.open("/login")
    form = person.page
    for _ in range(60):
        person.page = form
        assert person.send("/login/resend").status_code == 200
    person.page = form
    refused = person.send("/login/resend")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    with Redis.from_url(valkey) as store:
        keys = [key.decode() for key in store.scan_iter()]
    assert keys
    assert not any("127.0.0.1" in key for key in keys)
