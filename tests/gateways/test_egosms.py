"""EgoSMS: what it is sent, and what its answers and receipts mean."""

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.gateways.contract import NOW, SMS, GatewayContract, text_to
from tests.gateways.stub import Answer, Stub, hang
from twofactor.gateways.base import Accepted, Balance, Callback, OutgoingSms, Refused, Unknown
from twofactor.gateways.egosms import EgoSms
from twofactor.gateways.wire import Wire
from twofactor.words import ErrorClass, Status

TOKEN = "cbk_test_5f2d8c1e9a7b4036"
CODE = "ApiJsonSubmit53b5155c1a3f90.65989312"


def failed(words: str) -> Answer:
    return Answer.of({"Status": "Failed", "Message": words})


def callback(body: object, token: str = TOKEN) -> Callback:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    url = f"https://2fa.example.com/webhooks/egosms/status/{token}"
    headers = {"content-type": "application/json"}
    return Callback("POST", url, headers, content, NOW, path_token=token)


def report(**changes: object) -> dict[str, object]:
    fields = {"MsgFollowUpUniqueCode": CODE, "number": "256700111222", "Status": "Success"}
    return {**fields, **changes}


class TestEgoSms(GatewayContract):
    gateway = EgoSms
    settings = {
        "USERNAME": "acme",
        "API_KEY": "egosms-test-api-key",
        "SENDER_ID": "Acme",
        "CALLBACK_TOKEN": TOKEN,
    }
    api_path = "/api/v1/json/"
    gateway_ref = CODE
    refused_for_good = failed("Money Not Enough To Send This Batch of Msgs")
    refused_class = ErrorClass.ACCOUNT
    refused_code = "no_money"
    refused_for_now = failed("Programming Error")
    delivered_word = "Success"

    def accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        return Answer.of({"Status": "OK", "Cost": 35 * len(texts), "MsgFollowUpUniqueCode": CODE})

    def receipt(self, status_word: str) -> Callback:
        return callback(report(Status=status_word))

    def forged(self) -> Callback:
        return callback(report(), "cbk_test_wrong")

    def unsigned(self) -> Callback:
        return callback(report(), "")

    def malformed(self) -> Sequence[Callback]:
        whole = json.dumps(report()).encode()
        return [
            callback(whole[:40]),
            callback([report()]),
            callback(report(MsgFollowUpUniqueCode="")),
            callback({"number": "256700111222", "Status": "Success"}),
            callback(report(number="nobody")),
            callback(report(Status=None)),
        ]

    def test_it_sends_every_field_of_the_json_api(self, stub: Stub) -> None:
        self.send(stub, self.accepted([SMS]))
        (heard,) = stub.heard
        assert (heard.method, heard.path) == ("POST", "/api/v1/json/")
        assert heard.headers["content-type"] == "application/json"
        assert heard.json == {
            "method": "SendSms",
            "userdata": {"username": "acme", "password": "egosms-test-api-key"},
            "msgdata": [
                {
                    "number": "256700111222",
                    "message": SMS.body,
                    "senderid": "Acme",
                    "priority": "0",
                }
            ],
            "walletType": "Local",
        }

    def test_it_reads_the_price_of_one_text(self, stub: Stub) -> None:
        result = self.send(stub, self.accepted([SMS]))
        assert result == Accepted(CODE, Decimal(35), "UGX")

    def test_it_takes_costs_and_balances_as_text(self, stub: Stub) -> None:
        answer = {"Status": "OK", "Cost": "1,035", "MsgFollowUpUniqueCode": CODE, "Currency": "KES"}
        assert self.send(stub, Answer.of(answer)) == Accepted(CODE, Decimal(1035), "KES")

    def test_an_unreadable_cost_spoils_no_answer(self, stub: Stub) -> None:
        answer = {"Status": "OK", "Cost": "free", "MsgFollowUpUniqueCode": CODE}
        assert self.send(stub, Answer.of(answer)) == Accepted(CODE)

    def test_an_ok_without_a_code_is_unknown(self, stub: Stub) -> None:
        assert isinstance(self.send(stub, Answer.of({"Status": "OK", "Cost": 35})), Unknown)

    @pytest.mark.parametrize(
        ("words", "code", "error_class"),
        [
            ("Wrong UserName Or Password", "wrong_credentials", ErrorClass.ACCOUNT),
            ("Either Username or Password Not Set", "no_credentials", ErrorClass.ACCOUNT),
            ("That user does not exist or user not active", "user_inactive", ErrorClass.ACCOUNT),
            ("One Of The Values Is Empty", "empty_value", ErrorClass.UNCLASSIFIED),
            ("Wrong JSON Passed", "wrong_json", ErrorClass.UNCLASSIFIED),
            ("Something new", "failed", ErrorClass.UNCLASSIFIED),
        ],
    )
    def test_it_reads_a_failure_with_http_200(
        self, stub: Stub, words: str, code: str, error_class: ErrorClass
    ) -> None:
        result = self.send(stub, failed(words))
        assert isinstance(result, Refused)
        assert (result.code, result.error_class, result.detail) == (code, error_class, words)

    def test_many_texts_keep_their_own_bodies_in_one_call(self, stub: Stub) -> None:
        texts = [replace(text_to(f"+2567001{n:05}"), body=f"code {n}") for n in range(1000)]
        stub.behave(self.accepted(texts))
        results = self.build(stub.url).send_batch(texts)
        assert results == [Accepted(CODE, Decimal(35), "UGX")] * 1000
        (heard,) = stub.heard
        sent = [(row["number"], row["message"]) for row in heard.json["msgdata"]]
        assert sent == [(sms.to[1:], sms.body) for sms in texts]

    def test_the_cost_of_a_call_is_shared_by_segments(self, stub: Stub) -> None:
        texts = [SMS, replace(text_to("+256700111223"), segments=2)]
        stub.behave(
            Answer.of({"Status": "OK", "Cost": 105, "MsgFollowUpUniqueCode": CODE}),
        )
        results = self.build(stub.url).send_batch(texts)
        assert results == [
            Accepted(CODE, Decimal(35), "UGX"),
            Accepted(CODE, Decimal(70), "UGX"),
        ]

    def test_two_texts_to_one_phone_go_in_two_calls(self, stub: Stub) -> None:
        """Their receipts differ by the code alone then."""
        other = replace(SMS, body="another")
        stub.behave(*[self.ok(code) for code in ("first", "second")])
        results = self.build(stub.url).send_batch([SMS, other, text_to("+256700111223")])
        refs = [result.gateway_ref for result in results if isinstance(result, Accepted)]
        assert refs == ["first", "second", "first"]
        assert [len(heard.json["msgdata"]) for heard in stub.heard] == [2, 1]

    def ok(self, code: str) -> Answer:
        return Answer.of({"Status": "OK", "MsgFollowUpUniqueCode": code})

    def test_a_hanging_batch_is_unknown_for_every_text(self, stub: Stub) -> None:
        stub.behave(hang)
        results = self.build(stub.url).send_batch([SMS, text_to("+256700111223")])
        assert [type(result) for result in results] == [Unknown, Unknown]

    def test_it_tells_the_balance(self, stub: Stub) -> None:
        stub.behave(Answer.of({"Status": "OK", "Balance": "12500"}))
        assert self.build(stub.url).balance() == Balance(Decimal(12500), "UGX")
        assert stub.heard[0].json["method"] == "Balance"
        assert "msgdata" not in stub.heard[0].json

    def test_it_tells_no_balance_after_a_failure(self, stub: Stub) -> None:
        stub.behave(failed("Wrong Username or Password"))
        assert self.build(stub.url).balance() is None

    @pytest.mark.parametrize(
        ("word", "status"),
        [
            ("success", Status.DELIVERED),
            ("Delivered", Status.DELIVERED),
            ("Sent", Status.SENT),
            ("Failed", Status.FAILED),
            ("Rejected", Status.REJECTED),
            ("Expired", Status.EXPIRED),
            ("Pending", None),
            ("Delivery failed", None),
        ],
    )
    def test_it_reads_status_words(self, word: str, status: Status | None) -> None:
        (receipt,) = self.build("http://127.0.0.1:1").parse_receipts(self.receipt(word))
        assert (receipt.status, receipt.raw_status) == (status, word)
        assert (receipt.gateway_ref, receipt.recipient) == (CODE, "+256700111222")

    @pytest.mark.parametrize(
        "url", ["https://www.egosms.co/api/v1/plain/", "https://www.egosms.co/api/v1/XML/"]
    )
    def test_it_refuses_the_plain_api(self, url: str) -> None:
        with pytest.raises(ValueError, match="SIXDIGITS_EGOSMS_API_URL must be"):
            EgoSms({"API_URL": url}, Wire())

    def test_its_own_address_is_the_json_api(self) -> None:
        assert EgoSms({}, Wire()).api_url == "https://comms.egosms.co/api/v1/json/"
