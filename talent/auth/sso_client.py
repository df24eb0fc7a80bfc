"""Speaking OpenID Connect with an organisation's identity provider: code flow with PKCE, state and nonce.

Nothing a provider says is used before its token is verified: signature, issuer, audience, time, nonce.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Flask, current_app, session
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from requests import RequestException

from talent.auth.queries import domain_of
from talent.auth.sso_settings import Provider, load_providers
from talent.errors import NotFound
from talent.forms.validators import CONTROL, EMAIL
from talent.notifications.jobs import absolute_url

SECONDS_TO_WAIT = 5
"""For each step of an answer of the provider; a sign-in makes at most four requests."""
LEEWAY = 60
"""Seconds that the provider's clock may differ."""
SIGNED_WITH = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures we take: never none, and never one made with the client's secret."""
MOST_BEGUN = 3
"""Sign-ins begun and not finished that one browser keeps, as in several tabs."""
CLAIM_CAUSES = {"iss": "issuer", "aud": "audience", "azp": "audience", "nonce": "state", "exp": "expired"}


class SsoProblem(Exception):
    """Signing in with the provider did not work; `cause` is a code of talent.auth.sso_words.PROBLEMS."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True)
class Identity:
    """What a provider said of whoever signed in there, in a token that was verified."""

    provider: Provider
    subject: str
    email: str
    """In small letters; empty when the provider named none, or none that is an address."""
    verified: bool
    name: str
    values: tuple[str, ...]
    """Values of the claim that tells roles, as far as the mapping knows them."""

    @property
    def domain(self) -> str:
        return domain_of(self.email)


class _Client(FlaskOAuth2App):
    """Takes the provider's description only from the issuer that was configured, and only with signatures we take."""

    issuer = ""

    def load_server_metadata(self) -> Any:
        metadata = super().load_server_metadata()
        if metadata.get("issuer") != self.issuer:
            self.server_metadata.pop("_loaded_at", None)  # ask again at the next try
            raise SsoProblem("issuer")
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        taken = [name for name in offered if name in SIGNED_WITH]
        if not taken:
            raise SsoProblem("token")
        metadata["id_token_signing_alg_values_supported"] = taken
        return metadata


class _OAuth(OAuth):
    oauth2_client_cls = _Client


class Providers:
    """The providers of this installation, each with its client."""

    def __init__(self, app: Flask, providers: tuple[Provider, ...]) -> None:
        self.all = providers
        self._by_id = {provider.id: provider for provider in providers}
        self._oauth = _OAuth(app)
        for provider in providers:
            client = self._oauth.register(
                provider.id,
                client_id=provider.client_id,
                client_secret=provider.client_secret or None,
                server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
                client_kwargs={
                    "scope": "openid email profile",
                    "code_challenge_method": "S256",
                    "default_timeout": SECONDS_TO_WAIT,
                    "token_endpoint_auth_method": "client_secret_basic" if provider.client_secret else "none",
                },
            )
            client.issuer = provider.issuer

    def get(self, provider_id: str) -> Provider:
        """Raises NotFound for an id that is not configured."""
        if provider_id not in self._by_id:
            raise NotFound
        return self._by_id[provider_id]

    def for_domain(self, domain: str) -> tuple[Provider, ...]:
        return tuple(provider for provider in self.all if provider.vouches_for(domain))

    def client(self, provider: Provider) -> Any:
        return self._oauth.create_client(provider.id)


def init_app(app: Flask) -> None:
    """Read the providers. Raises SettingsError when the file is wrong."""
    settings = app.config["SETTINGS"]
    app.extensions["sso"] = Providers(app, load_providers(settings.sso_file, production=settings.production))


def providers() -> Providers:
    found: Providers = current_app.extensions["sso"]
    return found


def begin(provider: Provider, next_path: str, language: str) -> str:
    """The provider's address to send the browser to; state, nonce and verifier stay in its visit.

    Raises SsoProblem when the provider cannot be reached.
    """
    client = providers().client(provider)
    _keep_few(client)
    back = absolute_url("sso.back", provider_id=provider.id)
    try:
        begun = client.create_authorization_url(back, ui_locales=language)
    except (RequestException, AuthlibBaseError, ValueError, RuntimeError) as error:
        raise SsoProblem("unreachable") from error
    client.save_authorize_data(redirect_uri=back, next=next_path, **begun)
    return str(begun["url"])


def _keep_few(client: Any) -> None:
    begun = [key for key in session if key.startswith(f"_state_{client.name}_")]
    begun.sort(key=lambda key: session[key].get("exp", 0))
    for key in begun[: -(MOST_BEGUN - 1)]:
        session.pop(key)


def finish(provider: Provider, answer: Mapping[str, str]) -> tuple[Identity, str]:
    """Who came back from the provider, and the path they wanted to go to. `answer` is the query of the address.

    The state is used up whatever comes of it. Raises SsoProblem for everything that is not a good answer to a question
    this very browser asked.
    """
    client = providers().client(provider)
    state = answer.get("state", "")
    begun = _begun(client, state)
    client.framework.clear_state_data(session, state)
    if "error" in answer:  # nobody is signed in by it, and some providers send it without the state
        raise SsoProblem("cancelled" if answer["error"] == "access_denied" else "refused")
    if begun is None:
        raise SsoProblem("state")
    if answer.get("iss", provider.issuer) != provider.issuer:
        raise SsoProblem("issuer")
    return _identity(provider, _claims(client, provider, answer.get("code", ""), begun)), str(begun.get("next") or "")


def _begun(client: Any, state: str) -> dict[str, Any] | None:
    begun = client.framework.get_state_data(session, state) if state else None
    expiry = session.get(f"_state_{client.name}_{state}", {}).get("exp", 0)
    return begun if begun is not None and expiry > time.time() else None


def _claims(client: Any, provider: Provider, code: str, begun: Mapping[str, Any]) -> dict[str, Any]:
    try:
        token = client.fetch_access_token(
            redirect_uri=begun["redirect_uri"], code=code, code_verifier=begun["code_verifier"]
        )
        claims = client.parse_id_token(
            token,
            nonce=begun["nonce"],
            claims_options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
            },
            leeway=LEEWAY,
        )
        if claims is None:
            raise SsoProblem("token")
        if not {"email", "email_verified"} <= set(claims) and client.server_metadata.get("userinfo_endpoint"):
            more = client.userinfo(token=token)
            if not hmac.compare_digest(str(more.get("sub")).encode(), str(claims["sub"]).encode()):
                raise SsoProblem("token")
            claims = {**more, **claims}
        return dict(claims)
    except (InvalidClaimError, MissingClaimError) as error:
        raise SsoProblem(CLAIM_CAUSES.get(str(error.claim), "token")) from error
    except ExpiredTokenError as error:
        raise SsoProblem("expired") from error
    except RequestException as error:
        raise SsoProblem("unreachable") from error
    except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise SsoProblem("token") from error


def _identity(provider: Provider, claims: Mapping[str, Any]) -> Identity:
    subject, email, name = (_text(claims.get(key)) for key in ("sub", "email", "name"))
    if not subject:
        raise SsoProblem("token")
    told = claims.get(provider.claim) if provider.claim else None
    values = told if isinstance(told, list) else [told]
    return Identity(
        provider=provider,
        subject=subject,
        email=email.lower() if EMAIL.fullmatch(email) else "",
        verified=claims.get("email_verified") is True,
        name=name,
        values=tuple(role.value for role in provider.roles if role.value in values),
    )


def _text(value: Any) -> str:
    """Text of a claim as it can be kept; empty for what is no text, or longer than any name or id."""
    return value if isinstance(value, str) and 0 < len(value) <= 255 and not CONTROL.search(value) else ""
