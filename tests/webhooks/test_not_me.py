"""NOTME from a phone, by every gateway that brings answers: over HTTP, signed as they sign."""

from dataclasses import replace
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.gateways.corpus import SECRETS, CertificateWire
from tests.webhooks.answers import EVERY, PUBLIC_URL, SIGNER
from tests.webhooks.scene import PHONE, Signed
from twofactor.extensions import db
from twofactor.gateways.aws import Aws
from twofactor.gateways.base import Gateway
from twofactor.house import house
from twofactor.models import AuditEntry, FrozenPhone
from twofactor.sms.phone import Phone
from twofactor.verify import freezes
from twofactor.verify.limits import LimitReached
from twofactor.words import AuditEvent


def post(app: Flask, signed: Signed) -> TestResponse:
    gateways = cast(dict[str, Gateway], house().kit.gateways)
    gateways["aws"] = Aws(SECRETS["aws"], CertificateWire(), SIGNER.certificate)
    return app.test_client().post(
        signed.path, base_url=PUBLIC_URL, data=signed.body, headers=signed.headers
    )


@pytest.mark.parametrize("gateway", EVERY)
def test_it_freezes_the_phone_and_a_forged_one_does_not(app: Flask, gateway: str) -> None:
    signed = EVERY[gateway]("Si mimi!")
    forged = replace(signed, body=signed.body.replace("mimi", "sisi"))
    if gateway in ("africastalking", "infobip"):  # they sign nothing but the address
        forged = replace(signed, path=signed.path + "x")
    assert post(app, forged).status_code in (403, 404)
    assert db.session.scalars(select(FrozenPhone)).all() == []
    answer = post(app, signed)
    assert answer.status_code == 204, answer.text
    with pytest.raises(LimitReached):
        freezes.check(house().kit, Phone(PHONE, "UG"))
    reported = AuditEntry.event == AuditEvent.REPORTED.value
    (entry,) = db.session.scalars(select(AuditEntry).where(reported))
    assert entry.detail["gateway"] == gateway


def test_every_gateway_that_brings_answers_is_here(app: Flask) -> None:
    bring = {
        name
        for name, gateway in house().kit.gateways.items()
        if type(gateway).parse_inbound is not Gateway.parse_inbound
    }
    assert bring == set(EVERY) | {"simulator"}
