"""Tokens for keys, as OAuth 2 has it: the client credentials grant (RFC 6749).

A key is the client: its ref is the client's id, and it itself the client's secret. What comes back
lasts for minutes, so that a key need not travel with each request.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, cast

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientMixin,
    InvalidScopeError,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from django.conf import settings
from django.http import HttpResponse
from ninja import Form, Router, Schema
from pydantic import Field

from recert.organisations.key_actions import note_use
from recert.organisations.keys import TOKEN_LASTS, digest_of, key_called, token_for
from recert.organisations.models import ApiKey
from recert.people.access import Request, public

router = Router(tags=["Tokens"])

METHODS: Final = ("client_secret_basic", "client_secret_post")


class TokenRequest(Schema):
    """A request for a token; the client may also be named by HTTP Basic authentication."""

    grant_type: str = Field("", description="`client_credentials`")
    client_id: str = Field("", description="The ref of the key.")
    client_secret: str = Field("", description="The key.")
    scope: str = Field("", description="Scopes, with spaces between; left out, all of the key's.")


class Token(Schema):
    """A token, to be sent in place of the key until it ends."""

    access_token: str
    token_type: str
    expires_in: int = Field(description="Seconds.")
    scope: str


class TokenError(Schema):
    """Why there is no token, as RFC 6749 has it: this is no problem as elsewhere."""

    error: str
    error_description: str = ""


class Client(ClientMixin):  # type: ignore[misc]  # it brings no types
    """A key, as the library asks for a client."""

    def __init__(self, key: ApiKey) -> None:
        self.key = key

    def get_client_id(self) -> str:
        """Answer the ref."""
        return self.key.ref

    def check_client_secret(self, secret: str) -> bool:
        """Answer whether it is the key."""
        return secrets.compare_digest(digest_of(secret), self.key.digest)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Answer whether a client may show its secret in a way."""
        return method in METHODS

    def check_grant_type(self, grant_type: str) -> bool:
        """Answer whether it is the one grant that there is."""
        return bool(grant_type == ClientCredentialsGrant.GRANT_TYPE)

    def get_allowed_scope(self, scope: str | None) -> str:
        """Answer the scopes that were asked for, or all where none was."""
        asked = set((scope or "").split()) or set(self.key.scopes)
        if asked - set(self.key.scopes):
            raise InvalidScopeError
        return " ".join(sorted(asked))


class Grant(ClientCredentialsGrant):  # type: ignore[misc]  # as above
    """The grant, for whoever shows the secret of a client."""

    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar = list(METHODS)


class Asked(OAuth2Request):  # type: ignore[misc]  # as above
    """A request as the library takes it, under the address that people reach."""

    def __init__(self, request: Request) -> None:
        address = settings.ADDRESS + request.path
        super().__init__("POST", address, headers=request.headers)
        self.said = request.POST.dict()
        self.payload = BasicOAuth2Payload(self.said)

    @property
    def form(self) -> Mapping[str, object]:
        """What its body says."""
        return self.said


class Server(AuthorizationServer):  # type: ignore[misc]  # as above
    """The library's server at one instant, with keys for clients and nothing to store."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at
        self.register_grant(Grant)

    def query_client(self, client_id: str) -> Client | None:
        """Answer the key of a ref."""
        key = key_called(client_id, at=self.at)
        return Client(key) if key else None

    def generate_token(self, client: Client, scope: str | None = None, **_: Any) -> dict[str, Any]:  # noqa: ANN401  # as the library calls it
        """Make a token."""
        allowed = client.get_allowed_scope(scope)
        note_use(client.key, at=self.at)
        return {
            "access_token": token_for(client.key, allowed.split(), at=self.at),
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LASTS.total_seconds()),
            "scope": allowed,
        }

    def save_token(self, token: object, request: object) -> None:
        """Keep nothing: a token says itself for what it stands."""

    def send_signal(self, *args: object, **kwargs: object) -> None:
        """Tell nobody."""

    def create_oauth2_request(self, request: Request) -> Asked:
        """Answer the request as the library takes it."""
        return Asked(request)

    def handle_response(
        self, status: int, body: Mapping[str, object], headers: Sequence[tuple[str, str]]
    ) -> HttpResponse:
        """Answer as JSON, and let nobody keep it."""
        response = HttpResponse(json.dumps(body), status=status)
        for name, value in headers:
            response[name] = value
        response["Content-Type"] = "application/json"
        return response


@router.post(
    "/oauth/token",
    response={200: Token, 400: TokenError, 401: TokenError},
    summary="Get a token",
)
@public
def make_token(request: Request, said: Form[TokenRequest]) -> HttpResponse:
    """Get a token that stands for a key for half an hour, with all or some of its scopes."""
    del said
    server = Server(request.at)
    try:
        return cast("HttpResponse", server.create_token_response(request))
    except UnicodeDecodeError:  # of what Basic authentication holds
        return server.handle_response(401, {"error": "invalid_client"}, [])
