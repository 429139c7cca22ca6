"""Signed headers for a call to AWS (Signature Version 4), with boto3's ways to credentials."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any


class NotSigned(Exception):
    """No credentials, or none that can be renewed now: nothing was sent."""


class Signer:
    """For one service in one region. Without a key of its own it uses boto3's chain: environment,
    shared files, the role of the machine."""

    def __init__(self, service: str, region: str, key_id: str, secret: str) -> None:
        self._service = service
        self._region = region
        self._key_id = key_id
        self._secret = secret

    @cached_property
    def _session(self) -> Any:
        """Keeps credentials and renews them."""
        import boto3

        return boto3.session.Session(
            aws_access_key_id=self._key_id or None, aws_secret_access_key=self._secret or None
        )

    def headers(self, url: str, headers: Mapping[str, str], body: bytes) -> dict[str, str]:
        """The headers of a POST, with those that sign it. Raises NotSigned."""
        try:
            from botocore.auth import SigV4Auth
            from botocore.awsrequest import AWSRequest
            from botocore.exceptions import BotoCoreError
        except ImportError as error:
            raise NotSigned("pip install -r requirements-scale.txt brings boto3") from error

        request = AWSRequest("POST", url, dict(headers), body)
        try:
            credentials = self._session.get_credentials()
            SigV4Auth(credentials, self._service, self._region).add_auth(request)
        except BotoCoreError as error:
            raise NotSigned(type(error).__name__) from error
        return dict(request.headers.items())
