"""AWS: the signed request, and what its answers and events mean."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gateways.contract import NOW, SMS, GatewayContract
from tests.gateways.sns_signer import REGION_HOST, TOPIC, Signer, enveloped
from tests.gateways.stub import Answer, Stub
from tests.gateways.test_hostile import spoilt
from twofactor.gateways.aws import Aws
from twofactor.gateways.base import Accepted, Callback, Gateway, Malformed, OutgoingSms, Refused
from twofactor.gateways.wire import Reply, Wire, WireError
from twofactor.words import ErrorClass, Status

URL = "https://2fa.example.com/webhooks/aws/status"
SIGNER = Signer()


def event(**changes: Any) -> dict[str, Any]:
    fields = {
        "eventType": "TEXT_DELIVERED",
        "eventTimestamp": 1793610844881,
        "isFinal": True,
        "destinationPhoneNumber": "+256700111222",
        "messageId": "a95dcb8a",
        "context": {"attempt": SMS.reference},
        "totalMessagePrice": 0.09582,
        "totalCarrierFee": 0.003,
    }
    return {**fields, **changes}


def posted(message: dict[str, Any]) -> Callback:
    headers = {"content-type": "text/plain; charset=UTF-8"}
    return Callback("POST", URL, headers, json.dumps(message).encode(), NOW)


def callback(content: object, **changes: str) -> Callback:
    text = content if isinstance(content, str) else json.dumps(content)
    return posted(SIGNER.sign(enveloped(Message=text, **changes)))


def error(name: str, reason: str = "", status: int = 400, **more: object) -> Answer:
    content: dict[str, object] = {"__type": name, "Message": "no", **more}
    return Answer.of(content | ({"Reason": reason} if reason else {}), status)


class LoggingWire(Wire):
    """Notes what is visited, and visits nothing."""

    def __init__(self, reply: Reply | WireError) -> None:
        super().__init__()
        self.visited: list[str] = []
        self._reply = reply

    def call(self, method: str, url: str, **_: Any) -> Reply:
        self.visited.append(f"{method} {url}")
        if isinstance(self._reply, WireError):
            raise self._reply
        return self._reply


class TestAws(GatewayContract):
    gateway = Aws
    settings = {
        "REGION": "eu-west-1",
        "ORIGINATION_IDENTITY": "Acme",
        "CONFIGURATION_SET": "codes",
        "SNS_TOPIC_ARNS": f"arn:aws:sns:eu-west-1:123456789012:other, {TOPIC}",
        "ACCESS_KEY_ID": "AKIDEXAMPLE",
        "SECRET_ACCESS_KEY": "aws-test-secret-key-0001",
    }
    gateway_ref = "a95dcb8a"
    refused_for_good = error(
        "ValidationException",
        "FIELD_VALIDATION_FAILED",
        Fields=[{"Name": "DestinationPhoneNumber", "Message": "no"}],
    )
    refused_code = "FIELD_VALIDATION_FAILED"
    refused_for_now = error("com.amazonaws#ThrottlingException")
    delivered_word = "TEXT_DELIVERED"

    def build(self, api_url: str, ca_file: str = "") -> Gateway:
        gateway = super().build(api_url, ca_file)
        assert isinstance(gateway, Aws)
        gateway.certificate_source = SIGNER.certificate
        return gateway

    def accepted(self, texts: Sequence[OutgoingSms]) -> Answer:
        return Answer.of({"MessageId": "a95dcb8a"})

    def receipt(self, status_word: str) -> Callback:
        return callback(event(eventType=status_word))

    def forged(self) -> Callback:
        right = SIGNER.sign(enveloped(Message=json.dumps(event())))
        return posted({**right, "Message": json.dumps(event(eventType="TEXT_INVALID"))})

    def unsigned(self) -> Callback:
        return posted(enveloped(Message=json.dumps(event())))

    def malformed(self) -> Sequence[Callback]:
        without_id = {name: value for name, value in event().items() if name != "messageId"}
        return [
            callback("Successfully validated"),
            callback([event()]),
            callback(without_id),
            callback(event(destinationPhoneNumber="x")),
            callback("[" * 100_000),
        ]

    def test_it_sends_what_boto3_itself_would_send(self, stub: Stub) -> None:
        import boto3

        self.send(stub, self.accepted([SMS]))
        client = boto3.client(
            "pinpoint-sms-voice-v2",
            region_name="eu-west-1",
            endpoint_url=stub.url,
            aws_access_key_id=self.settings["ACCESS_KEY_ID"],
            aws_secret_access_key=self.settings["SECRET_ACCESS_KEY"],
        )
        client.send_text_message(
            DestinationPhoneNumber=SMS.to,
            OriginationIdentity="Acme",
            MessageBody=SMS.body,
            MessageType="TRANSACTIONAL",
            ConfigurationSetName="codes",
            TimeToLive=300,
            Context={"attempt": SMS.reference},
        )
        ours, theirs = stub.heard
        assert ours.json == theirs.json
        assert (ours.method, ours.path) == (theirs.method, theirs.path)
        for name in ("content-type", "x-amz-target"):
            assert ours.headers[name] == theirs.headers[name]
        scopes = [heard.headers["authorization"].split("/", 1)[1][:30] for heard in stub.heard]
        assert scopes[0][8:] == scopes[1][8:] == "/eu-west-1/sms-voice/a"

    def test_its_address_is_the_regions(self) -> None:
        gateway = Aws({"REGION": "af-south-1"}, Wire())
        assert gateway.api_url == "https://sms-voice.af-south-1.amazonaws.com"

    def test_it_says_so_when_there_are_no_credentials(
        self, stub: Stub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
        monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
        settings = {"REGION": "eu-west-1", "API_URL": stub.url}
        result = Aws(settings, Wire()).send(SMS)
        assert isinstance(result, Refused)
        assert (result.code, result.error_class) == ("no_credentials", ErrorClass.ACCOUNT)
        assert stub.heard == []

    def test_it_loads_boto3_only_to_send(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "boto3", None)
        gateway = self.build("http://127.0.0.1:1")
        assert gateway.parse_receipts(self.receipt("TEXT_SENT"))[0].status is Status.SENT

    @pytest.mark.parametrize(
        ("answer", "code", "error_class"),
        [
            (
                error("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT"),
                "DESTINATION_PHONE_NUMBER_OPTED_OUT",
                ErrorClass.OPTED_OUT,
            ),
            (
                error("ValidationException", "COUNTRY_NOT_ENABLED"),
                "COUNTRY_NOT_ENABLED",
                ErrorClass.ROUTE,
            ),
            (
                error("ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"),
                "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT",
                ErrorClass.ACCOUNT,
            ),
            (
                error("UnrecognizedClientException:http://internal.amazon.com/"),
                "UnrecognizedClientException",
                ErrorClass.ACCOUNT,
            ),
            (error("NewException"), "NewException", ErrorClass.UNCLASSIFIED),
        ],
    )
    def test_it_tells_who_has_to_act(
        self, stub: Stub, answer: Answer, code: str, error_class: ErrorClass
    ) -> None:
        result = self.send(stub, answer)
        assert isinstance(result, Refused)
        assert (result.code, result.error_class) == (code, error_class)

    def test_a_server_fault_is_no_refusal(self, stub: Stub) -> None:
        result = self.send(stub, error("InternalServerException", status=500))
        assert not isinstance(result, Accepted | Refused)

    @pytest.mark.parametrize(("seconds", "sent"), [(1, 5), (300, 300), (10**6, 259_200)])
    def test_the_validity_stays_within_what_the_api_takes(
        self, stub: Stub, seconds: int, sent: int
    ) -> None:
        stub.behave(self.accepted([SMS]))
        self.build(stub.url).send(replace(SMS, validity_seconds=seconds))
        assert stub.heard[0].json["TimeToLive"] == sent

    @pytest.mark.parametrize(
        ("word", "status"),
        [
            ("TEXT_QUEUED", Status.QUEUED),
            ("TEXT_SUCCESSFUL", Status.SENT),
            ("TEXT_TTL_EXPIRED", Status.EXPIRED),
            ("TEXT_CARRIER_BLOCKED", Status.REJECTED),
            ("TEXT_INVALID", Status.FAILED),
            ("TEXT_UNKNOWN", None),
            ("VOICE_COMPLETED", None),
            ("DELIVERED", None),
        ],
    )
    def test_it_reads_event_types(self, word: str, status: Status | None) -> None:
        (receipt,) = self.build("http://127.0.0.1:1").parse_receipts(self.receipt(word))
        assert (receipt.status, receipt.raw_status) == (status, word)
        failure = word.removeprefix("TEXT_") if status and status.is_failure else ""
        assert receipt.error_code == failure
        assert (receipt.error_class is not None) == bool(failure)

    def test_it_reads_price_time_and_our_reference(self) -> None:
        (receipt,) = self.build("http://127.0.0.1:1").parse_receipts(callback(event()))
        assert (receipt.price, receipt.currency) == (Decimal("0.09882"), "USD")
        assert receipt.done_at == datetime(2026, 11, 2, 9, 14, 4, 881000, tzinfo=UTC)
        assert (receipt.attempt_sid, receipt.recipient) == (SMS.reference, "+256700111222")

    def test_it_reads_a_text_of_a_person(self) -> None:
        content = {
            "originationNumber": "+256700111222",
            "destinationNumber": "+12065550152",
            "messageBody": "STOP",
            "inboundMessageId": "cae173d2",
        }
        (text,) = self.build("http://127.0.0.1:1").parse_inbound(callback(content))
        assert (text.sender, text.recipient, text.body) == ("+256700111222", "+12065550152", "STOP")

    def confirm(self, url: str, wire: LoggingWire) -> None:
        gateway = Aws(self.settings, wire, SIGNER.certificate)
        message = enveloped("SubscriptionConfirmation", Token="t", SubscribeURL=url)
        request = posted(SIGNER.sign(message))
        gateway.authenticate(request)
        assert gateway.parse_receipts(request) == []

    def test_it_confirms_a_subscription(self) -> None:
        wire = LoggingWire(Reply(200, {}, b""))
        url = f"{REGION_HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=t"
        self.confirm(url, wire)
        assert wire.visited == [f"GET {url}"]

    def test_a_confirmation_that_fails_is_taken_all_the_same(self) -> None:
        wire = LoggingWire(WireError("connect timeout", sent=False))
        self.confirm(f"{REGION_HOST}/?Action=ConfirmSubscription&Token=t", wire)
        assert len(wire.visited) == 1

    @pytest.mark.parametrize(
        "url",
        [
            "https://sns.eu-west-1.amazonaws.com.evil.example/?Action=ConfirmSubscription&Token=t",
            "http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t",
            "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe&Token=t",
            "https://sns.eu-west-1.amazonaws.com@evil.example/?Action=ConfirmSubscription&a",
        ],
    )
    def test_it_visits_no_other_address(self, url: str) -> None:
        wire = LoggingWire(Reply(200, {}, b""))
        with pytest.raises(Malformed):
            self.confirm(url, wire)
        assert wire.visited == []

    def test_it_says_what_to_install_without_boto3(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "botocore.auth", None)
        result = self.build("http://127.0.0.1:1").send(SMS)
        assert isinstance(result, Refused)
        assert "requirements-scale.txt" in result.detail

    @given(data=st.data())
    def test_whatever_an_event_holds_it_is_read_or_malformed(self, data: st.DataObject) -> None:
        gateway = Aws(self.settings, Wire(), SIGNER.certificate)
        request = posted(enveloped(Message=json.dumps(spoilt(data, event()))))
        for parse in (gateway.parse_receipts, gateway.parse_inbound):
            try:
                assert isinstance(parse(request), list)
            except Malformed:
                continue
