"""Infobip: what it is asked, what its answers mean, which callbacks are its own."""

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.gateways.contract import CLOSED_PORT, NOW, SMS, BatchContract
from tests.gateways.stub import Answer, Stub
from twofactor.gateways.base import (
    Accepted,
    Balance,
    Callback,
    Malformed,
    OutgoingSms,
    Refused,
)
from twofactor.gateways.infobip import Infobip
from twofactor.words import ErrorClass, Status

TOKEN = "cbk_test_0000000000000002"
URL = f"https://2fa.example.com/webhooks/infobip/status/{TOKEN}"
GROUPS = {"DELIVERED_TO_HANDSET": (3, 5)}
PENDING = {"groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED"}
BAD_PHONE = {"groupId": 5, "groupName": "REJECTED", "id": 52, "name": "REJECTED_DESTINATION"}


def callback(body: bytes, token: str = TOKEN) -> Callback:
    headers = {"content-type": "application/json"}
    return Callback("POST", URL, headers, body, NOW, token)


def report(**changes: Any) -> dict[str, Any]:
    return {
        "messageId": SMS.reference,
        "to": "256700111222",
        "doneAt": "2026-11-02T09:14:04.881+0000",
        "messageCount": 2,
        "callbackData": SMS.reference,
        "price": {"pricePerMessage": 0.0312, "currency": "EUR"},
        "status": {"groupId": 3, "id": 5, "name": "DELIVERED_TO_HANDSET"},
        "error": {"groupId": 0, "id": 0, "name": "NO_ERROR", "permanent": False},
    } | changes


def reports(*results: Any) -> Callback:
    return callback(json.dumps({"results": results}).encode())


def answer(texts: Sequence[OutgoingSms], **special: dict[str, Any]) -> Answer:
    """`special` holds a status by the last two digits of the phone."""
    messages = [
        {
            "messageId": sms.reference,
            "status": special.get(f"to{sms.to[-2:]}", PENDING),
            "destination": sms.to[1:],
            "details": {"messageCount": 1},
        }
        for sms in texts
    ]
    return Answer.of({"bulkId": "b1", "messages": messages})


class TestInfobip(BatchContract):
    gateway = Infobip
    settings = {
        "API_KEY": "infobip-test-key",
        "SENDER_ID": "Acme",
        "CALLBACK_TOKEN": TOKEN,
    }
    gateway_ref = SMS.reference
    refused_for_good = answer([SMS], to22=BAD_PHONE)
    refused_code = "52"
    refused_for_now = answer([SMS], to22=BAD_PHONE | {"id": 21, "name": "REJECTED_SYSTEM_ERROR"})
    delivered_word = "DELIVERED_TO_HANDSET"

    def accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        return answer(texts)

    def partly_accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        return answer(texts, to23=BAD_PHONE)

    def receipt(self, status_word: str) -> Callback:
        group, number = GROUPS.get(status_word, (42, 4242))
        return reports(report(status={"groupId": group, "id": number, "name": status_word}))

    def forged(self) -> Callback:
        return replace(reports(report()), path_token="cbk_test_0000000000000003")

    def unsigned(self) -> Callback:
        return replace(reports(report()), path_token="")

    def malformed(self) -> Sequence[Callback]:
        return [
            callback(b"results=1"),
            callback(b"[]"),
            callback(b'{"results": {}}'),
            callback(b'{"results": [], "results": []}'),
            reports(report(messageId=None)),
            reports(report(status=None)),
            reports(report(to="nobody")),
            reports(report(doneAt="yesterday")),
            reports(1, None, []),
        ]

    def test_it_asks_what_infobip_documents(self, stub: Stub) -> None:
        self.send(stub, self.accepted([SMS]))
        (heard,) = stub.heard
        assert (heard.method, heard.path) == ("POST", "/sms/3/messages")
        assert heard.headers["authorization"] == "App infobip-test-key"
        message = {
            "sender": "Acme",
            "destinations": [{"to": "256700111222", "messageId": SMS.reference}],
            "content": {"text": SMS.body},
            "options": {"validityPeriod": {"amount": 300, "timeUnit": "SECONDS"}},
            "webhooks": {
                "delivery": {"url": SMS.callback_url},
                "contentType": "application/json",
                "callbackData": SMS.reference,
            },
        }
        assert heard.json == {"messages": [message]}

    def test_it_takes_a_duplicate_for_the_text_that_went_before(self, stub: Stub) -> None:
        duplicate = BAD_PHONE | {"id": 23, "name": "REJECTED_DUPLICATE_MESSAGE_ID"}
        assert self.send(stub, answer([SMS], to22=duplicate)) == Accepted(SMS.reference, segments=1)

    @pytest.mark.parametrize(
        ("body", "status", "code", "error_class"),
        [
            ({"errorCode": "E401", "description": "No."}, 401, "E401", ErrorClass.ACCOUNT),
            ({"errorCode": "E400", "description": "No."}, 400, "E400", ErrorClass.UNCLASSIFIED),
            ({"errorCode": "E500", "description": "No."}, 500, "E500", ErrorClass.RETRY),
            (
                {"requestError": {"serviceException": {"messageId": "UNAUTHORIZED"}}},
                401,
                "UNAUTHORIZED",
                ErrorClass.ACCOUNT,
            ),
        ],
    )
    def test_it_reads_both_forms_of_a_refusal(
        self, stub: Stub, body: Any, status: int, code: str, error_class: ErrorClass
    ) -> None:
        result = self.send(stub, Answer.of(body, status))
        assert isinstance(result, Refused)
        assert (result.code, result.error_class) == (code, error_class)

    def test_it_tells_the_balance(self, stub: Stub) -> None:
        stub.behave(Answer.of({"balance": 47.79134, "currency": "EUR"}))
        assert self.build(stub.url).balance() == Balance(Decimal("47.79134"), "EUR")
        stub.behave(Answer.of({}, 500))
        assert self.build(stub.url).balance() is None

    def test_it_finds_our_reference_and_the_price(self) -> None:
        (receipt,) = self.build(CLOSED_PORT).parse_receipts(reports(report()))
        assert receipt.attempt_sid == SMS.reference
        assert (receipt.price, receipt.currency) == (Decimal("0.0624"), "EUR")

    def test_it_takes_no_reference_of_others(self) -> None:
        (receipt,) = self.build(CLOSED_PORT).parse_receipts(reports(report(callbackData="x' --")))
        assert receipt.attempt_sid == ""

    def test_the_carriers_yes_is_no_delivery(self) -> None:
        status = {"groupId": 3, "id": 2, "name": "DELIVERED_TO_OPERATOR"}
        (receipt,) = self.build(CLOSED_PORT).parse_receipts(reports(report(status=status)))
        assert receipt.status is Status.SENT

    @pytest.mark.parametrize(
        ("group", "permanent", "error_class"),
        [
            (1, True, ErrorClass.BAD_PHONE),
            (1, False, ErrorClass.RETRY),
            (3, True, ErrorClass.ROUTE),
            (9, True, ErrorClass.UNCLASSIFIED),
        ],
    )
    def test_it_tells_who_has_to_act(
        self, group: int, permanent: bool, error_class: ErrorClass
    ) -> None:
        error = {"groupId": group, "id": 77, "name": "EC", "permanent": permanent}
        status = {"groupId": 2, "id": 9, "name": "UNDELIVERABLE_NOT_DELIVERED"}
        callback = reports(report(error=error, status=status))
        (receipt,) = self.build(CLOSED_PORT).parse_receipts(callback)
        assert (receipt.error_code, receipt.error_class) == ("77", error_class)

    def test_an_unusable_report_does_not_spoil_the_others(self) -> None:
        callback = reports(report(), {"messageId": []}, report(to="254711222333"))
        receipts = self.build(CLOSED_PORT).parse_receipts(callback)
        assert [receipt.recipient for receipt in receipts] == ["+256700111222", "+254711222333"]

    def test_it_reads_what_a_person_sent_back(self) -> None:
        text = {"messageId": "1", "from": "256700111222", "to": "256700999000", "text": "STOP"}
        (inbound,) = self.build(CLOSED_PORT).parse_inbound(reports(text))
        assert (inbound.sender, inbound.body) == ("+256700111222", "STOP")
        with pytest.raises(Malformed):
            self.build(CLOSED_PORT).parse_inbound(reports("STOP"))
