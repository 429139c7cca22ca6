"""RateLimits and Buckets."""

import json

from tests.api.program import OTHER_PHONE, PHONE, Program, error
from twofactor.clock import FixedClock


def limited(shop: Program, most: int, interval: int) -> str:
    """A rate limit "ip" with one bucket; its address."""
    made = shop.post(f"{shop.base}/RateLimits", UniqueName="ip", Description="by address")
    assert made.status_code == 201
    path = f"{shop.base}/RateLimits/{made.json['sid']}"  # type: ignore[index]
    bucket = shop.post(f"{path}/Buckets", Max=str(most), Interval=str(interval))
    assert bucket.status_code == 201
    return path


def test_a_bucket_is_enforced_for_each_value(shop: Program, clock: FixedClock) -> None:
    limited(shop, 1, 60)
    home, away = json.dumps({"ip": "203.0.113.9"}), json.dumps({"ip": "203.0.113.10"})
    assert shop.start(PHONE, RateLimits=home).status_code == 201
    refused = shop.start(OTHER_PHONE, RateLimits=home)
    assert error(refused) == (429, 20429)
    assert refused.headers["Twilio-Reached-Rate-Limit"] == "ip"
    assert int(refused.headers["Retry-After"]) <= 61
    assert shop.start(OTHER_PHONE, RateLimits=away).status_code == 201
    clock.advance(62)
    assert shop.start(OTHER_PHONE, RateLimits=home).status_code == 201


def test_a_refused_start_counts_in_no_bucket(shop: Program, clock: FixedClock) -> None:
    path = limited(shop, 2, 3600)
    shop.post(f"{path}/Buckets", Max="1", Interval="10")
    home = json.dumps({"ip": "203.0.113.9"})
    assert shop.start(RateLimits=home).status_code == 201
    for _ in range(5):
        assert shop.start(RateLimits=home).status_code == 429
    clock.advance(12)
    assert shop.start(RateLimits=home).status_code == 201


def test_they_are_listed_changed_and_deleted(shop: Program) -> None:
    path = limited(shop, 5, 60)
    (limit,) = shop.get(f"{shop.base}/RateLimits").json["rate_limits"]  # type: ignore[index]
    assert limit["unique_name"] == "ip"
    assert limit["links"]["buckets"].endswith(f"{path}/Buckets")
    changed = shop.post(path, Description="other words").json
    assert changed is not None
    assert changed["description"] == "other words"
    (bucket,) = shop.get(f"{path}/Buckets").json["buckets"]  # type: ignore[index]
    one = f"{path}/Buckets/{bucket['sid']}"
    assert shop.get(one).json == bucket
    told = shop.post(one, Max="9").json
    assert told is not None
    assert (told["max"], told["interval"]) == (9, 60)
    assert shop.delete(one).status_code == 204
    assert error(shop.get(one)) == (404, 20404)
    assert shop.delete(path).status_code == 204
    assert error(shop.get(path)) == (404, 20404)


def test_a_name_is_taken_once(shop: Program) -> None:
    limited(shop, 5, 60)
    again = shop.post(f"{shop.base}/RateLimits", UniqueName="ip")
    assert error(again) == (409, 20409)


def test_s60_rate_limits_of_others_are_unknown(shop: Program, trusted: Program) -> None:
    path = limited(trusted, 5, 60)
    sid = path.rsplit("/", 1)[1]
    assert error(shop.get(path)) == (404, 20404)
    assert error(shop.get(f"{shop.base}/RateLimits/{sid}")) == (404, 20404)
