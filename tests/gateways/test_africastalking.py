"""Africa's Talking: what it is sent, and what its answers and reports mean."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlencode

import pytest

from tests.gateways.contract import NOW, SMS, BatchContract, text_to
from tests.gateways.stub import Answer, Stub
from twofactor.gateways.africastalking import AfricasTalking
from twofactor.gateways.base import Accepted, Balance, Callback, OutgoingSms, Refused, Unknown
from twofactor.words import ErrorClass, Status

TOKEN = "cbk_test_5f2d8c1e9a7b4036"


def row(sms: OutgoingSms, code: int = 101, status: str = "Success") -> dict[str, object]:
    return {
        "statusCode": code,
        "number": sms.to,
        "status": status,
        "cost": "KES 0.8000" if code < 400 else "0",
        "messageId": f"ATXid_{sms.to[-3:]}" if code < 400 else "None",
    }


def answer(rows: Sequence[object], words: str = "Sent to 1/1 Total Cost: KES 0.8000") -> Answer:
    return Answer.of({"SMSMessageData": {"Message": words, "Recipients": rows}}, 201)


def callback(fields: dict[str, str] | str, token: str = TOKEN) -> Callback:
    body = fields if isinstance(fields, str) else urlencode(fields)
    url = f"https://2fa.example.com/webhooks/africastalking/status/{token}"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Callback("POST", url, headers, body.encode(), NOW, path_token=token)


def report(**changes: str) -> dict[str, str]:
    fields = {"id": "ATXid_1", "status": "Success", "phoneNumber": "+256700111222"}
    return {**fields, "networkCode": "64110", "retryCount": "0", **changes}


class TestAfricasTalking(BatchContract):
    gateway = AfricasTalking
    settings = {
        "USERNAME": "acme",
        "API_KEY": "atsk_test_api_key",
        "SENDER_ID": "ACME",
        "CALLBACK_TOKEN": TOKEN,
    }
    gateway_ref = "ATXid_222"
    refused_for_good = answer([row(SMS, 403, "InvalidPhoneNumber")])
    refused_code = "403"
    refused_for_now = answer([row(SMS, 501, "GatewayError")])
    delivered_word = "Success"

    def accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        return answer([row(sms) for sms in texts])

    def partly_accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        codes = [101, 406, *[101] * (len(texts) - 2)]
        return answer([row(sms, code) for sms, code in zip(texts, codes, strict=True)])

    def receipt(self, status_word: str) -> Callback:
        return callback(report(status=status_word))

    def forged(self) -> Callback:
        return callback(report(), "guess")

    def unsigned(self) -> Callback:
        return callback(report(), "")

    def malformed(self) -> Sequence[Callback]:
        return [
            callback({"status": "Success", "phoneNumber": "+256700111222"}),
            callback(report(status="")),
            callback(report(phoneNumber="x")),
            callback(urlencode(report()) + "&status=Failed"),
            callback(""),
        ]

    def test_it_sends_every_field_of_the_form(self, stub: Stub) -> None:
        self.send(stub, self.accepted([SMS]))
        (heard,) = stub.heard
        assert (heard.method, heard.path) == ("POST", "/version1/messaging")
        assert heard.headers["apikey"] == "atsk_test_api_key"
        assert heard.headers["accept"] == "application/json"
        assert heard.form == {
            "username": "acme",
            "to": "+256700111222",
            "message": SMS.body,
            "from": "ACME",
            "bulkSMSMode": "1",
        }

    def test_it_leaves_an_absent_sender_out(self, stub: Stub) -> None:
        stub.behave(self.accepted([SMS]))
        gateway = self.build(stub.url)
        gateway.settings["SENDER_ID"] = ""
        gateway.send(SMS)
        assert "from" not in stub.heard[0].form

    def test_it_reads_price_and_currency(self, stub: Stub) -> None:
        result = self.send(stub, self.accepted([SMS]))
        assert result == Accepted("ATXid_222", Decimal("0.8000"), "KES")

    def test_one_body_goes_to_a_comma_list(self, stub: Stub) -> None:
        self.send_batch(stub, self.accepted(self.texts))
        assert stub.heard[0].form["to"] == "+256700111222,+256700111223,+256700111224"

    def test_other_bodies_go_in_other_calls_and_results_keep_the_order(self, stub: Stub) -> None:
        second = replace(text_to("+256700111223"), body="another")
        third = text_to("+256700111224")
        stub.behave(self.accepted([SMS, third]), self.accepted([second]))
        results = self.build(stub.url).send_batch([SMS, second, third])
        refs = [result.gateway_ref for result in results if isinstance(result, Accepted)]
        assert refs == ["ATXid_222", "ATXid_223", "ATXid_224"]
        assert [(heard.form["to"], heard.form["message"]) for heard in stub.heard] == [
            ("+256700111222,+256700111224", SMS.body),
            ("+256700111223", "another"),
        ]

    def test_a_phone_that_the_answer_leaves_out_is_unknown(self, stub: Stub) -> None:
        results = self.send_batch(stub, self.accepted(self.texts[:2]))
        assert isinstance(results[2], Unknown)

    @pytest.mark.parametrize(
        ("words", "code", "error_class"),
        [
            ("InvalidSenderId", "InvalidSenderId", ErrorClass.ACCOUNT),
            ("InsufficientBalance", "InsufficientBalance", ErrorClass.ACCOUNT),
            ("Sent to 0/1 Total Cost: 0", "no_recipients", ErrorClass.UNCLASSIFIED),
        ],
    )
    def test_no_recipients_means_nobody_was_sent_to(
        self, stub: Stub, words: str, code: str, error_class: ErrorClass
    ) -> None:
        result = self.send(stub, answer([], words))
        assert isinstance(result, Refused)
        assert (result.code, result.error_class) == (code, error_class)

    def test_wrong_credentials_are_the_accounts_fault(self, stub: Stub) -> None:
        result = self.send(stub, Answer(401, b"The supplied authentication is invalid"))
        assert isinstance(result, Refused)
        assert result.error_class is ErrorClass.ACCOUNT

    def test_it_tells_the_balance(self, stub: Stub) -> None:
        stub.behave(Answer.of({"UserData": {"balance": "KES 1785.50"}}))
        assert self.build(stub.url).balance() == Balance(Decimal("1785.50"), "KES")
        (heard,) = stub.heard
        assert (heard.path, heard.query) == ("/version1/user", [("username", "acme")])

    @pytest.mark.parametrize(
        ("word", "status"),
        [
            ("Sent", Status.SENT),
            ("Submitted", Status.SENT),
            ("Buffered", Status.SENT),
            ("Success", Status.DELIVERED),
            ("Failed", Status.UNDELIVERED),
            ("Rejected", Status.REJECTED),
            ("AbsentSubscriber", None),
        ],
    )
    def test_it_reads_status_words(self, word: str, status: Status | None) -> None:
        (receipt,) = self.build("http://127.0.0.1:1").parse_receipts(self.receipt(word))
        assert (receipt.status, receipt.recipient) == (status, "+256700111222")

    def test_it_reads_why_a_text_failed(self) -> None:
        gateway = self.build("http://127.0.0.1:1")
        fields = report(status="Rejected", failureReason="UserInBlackList")
        (receipt,) = gateway.parse_receipts(callback(fields))
        assert receipt.error_code == "UserInBlackList"
        assert receipt.error_class is ErrorClass.OPTED_OUT

    def test_it_reads_a_text_of_a_person(self) -> None:
        fields = {"id": "in-1", "from": "+256700111222", "to": "22345", "text": "STOP"}
        (text,) = self.build("http://127.0.0.1:1").parse_inbound(callback(fields))
        assert (text.sender, text.recipient, text.body) == ("+256700111222", "22345", "STOP")
