"""Signs in with authlib, an OpenID Connect client of other people's, and does with the tokens what clients do.

    authlib_sign_in.py POOL_URL CA_FILE POOL_ID CLIENT_ID CLIENT_SECRET REDIRECT_URI USER PASSWORD

Everything is found by discovery; the browser is requests with a parser for the form.
"""

import secrets
import sys
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

POOL, CA, POOL_ID, CLIENT, SECRET, REDIRECT, USER, PASSWORD = sys.argv[1:9]
POOL = POOL.rstrip("/")


def session(kind=requests.Session, **arguments):
    made = kind(**arguments)
    made.verify = CA
    # Neither a proxy nor another authority of the environment.
    made.trust_env = False
    return made


class Form(HTMLParser):
    """The page's form: where it goes, and its hidden fields."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.action = attributes["action"]
        elif tag == "input" and attributes.get("type") == "hidden":
            self.fields[attributes["name"]] = attributes.get("value", "")


def client(**arguments):
    return session(
        OAuth2Session,
        client_id=CLIENT,
        client_secret=SECRET,
        scope="openid email",
        redirect_uri=REDIRECT,
        code_challenge_method="S256",
        **arguments,
    )


def authorize(app, verifier, nonce):
    """Where the pool sends the browser after the password."""
    address, state = app.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    browser = session()
    page = browser.get(address)
    assert page.status_code == 200, page.text
    form = Form(page.text)
    answer = browser.post(
        urljoin(page.url, form.action), {**form.fields, "username": USER, "password": PASSWORD}, allow_redirects=False
    )
    location = answer.headers.get("Location", "")
    assert answer.status_code == 302 and location.startswith(REDIRECT + "?"), answer.text
    assert parse_qs(urlsplit(location).query)["state"] == [state]
    return location, state


def refused(error, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except AuthlibBaseError as raised:
        assert raised.error == error, raised
        return
    raise AssertionError(f"not refused: wanted {error}")


issuer = f"{POOL}/{POOL_ID}"
metadata = session().get(f"{issuer}/.well-known/openid-configuration").json()
assert metadata["issuer"] == issuer
keys = KeySet.import_key_set(session().get(metadata["jwks_uri"]).json())

verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
app = client()
location, state = authorize(app, verifier, nonce)
token = app.fetch_token(
    metadata["token_endpoint"], authorization_response=location, state=state, code_verifier=verifier
)
decoded = jwt.decode(token["id_token"], keys, algorithms=metadata["id_token_signing_alg_values_supported"])
claims = CodeIDToken(
    decoded.claims,
    decoded.header,
    {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": CLIENT}},
    {"nonce": nonce, "client_id": CLIENT, "access_token": token["access_token"]},
)
claims.validate(leeway=5)
assert claims["cognito:username"] == USER and claims["email_verified"] is True, claims

info = app.get(metadata["userinfo_endpoint"]).json()
assert info["sub"] == claims["sub"] and info["email"] == claims["email"], info
assert info["email_verified"] == "true", "text here, as with Cognito"

renewed = app.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"])
again = jwt.decode(renewed["id_token"], keys, algorithms=["RS256"]).claims
assert again["sub"] == claims["sub"] and again["auth_time"] == claims["auth_time"], again
assert renewed["access_token"] != token["access_token"]

answer = app.revoke_token(metadata["revocation_endpoint"], token=token["refresh_token"])
assert answer.status_code == 200 and not answer.content, answer.text
assert app.get(metadata["userinfo_endpoint"]).status_code == 401
refused("invalid_grant", app.refresh_token, metadata["token_endpoint"], refresh_token=token["refresh_token"])

# A code is good once, with its own verifier, at its own address.
app = client()
location, state = authorize(app, verifier, nonce)
redeem = {"authorization_response": location, "state": state}
app.fetch_token(metadata["token_endpoint"], code_verifier=verifier, **redeem)
refused("invalid_grant", client().fetch_token, metadata["token_endpoint"], code_verifier=verifier, **redeem)
assert app.get(metadata["userinfo_endpoint"]).status_code == 401, "the tokens of the first use have ended"
location, state = authorize(client(), verifier, nonce)
refused(
    "invalid_grant",
    client().fetch_token,
    metadata["token_endpoint"],
    authorization_response=location,
    state=state,
    code_verifier=secrets.token_urlsafe(48),
)
location, state = authorize(client(), verifier, nonce)
elsewhere = client()
elsewhere.redirect_uri = REDIRECT + "/"
refused(
    "unauthorized_client",
    elsewhere.fetch_token,
    metadata["token_endpoint"],
    authorization_response=location,
    state=state,
    code_verifier=verifier,
)
print("authlib_sign_in.py: signed in, renewed, revoked")
