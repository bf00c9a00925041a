"""Signs in with pycognito, which proves the password by SRP and never sends it, and passes the second factor.

    pycognito_srp.py API_URL POOL_URL CA_FILE POOL_ID

pycognito computes SRP itself and verifies the tokens with the pool's published keys: an implementation independent of this one.
"""

import hmac
import os
import sys
import time
from base64 import b32decode
from hashlib import sha1

API, POOL, CA, POOL_ID = sys.argv[1:5]
# For requests, with which pycognito fetches the keys.
os.environ["REQUESTS_CA_BUNDLE"] = CA

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from pycognito import Cognito
from pycognito.exceptions import SoftwareTokenMFAChallengeException

admin = boto3.client("cognito-idp", endpoint_url=API, config=Config(retries={"max_attempts": 0}))
name = f"srp-{time.time_ns()}"
password = "Srp-Password-2025"


def totp(secret, step=0):
    counter = int(time.time()) // 30 + step
    digest = hmac.new(b32decode(secret + "=" * (-len(secret) % 8)), counter.to_bytes(8, "big"), sha1).digest()
    offset = digest[-1] & 15
    return str((int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF) % 1_000_000).zfill(6)


def client(**arguments):
    return admin.create_user_pool_client(
        UserPoolId=POOL_ID,
        ClientName="srp",
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
        **arguments,
    )["UserPoolClient"]


def sign_in(username, password, client):
    user = Cognito(
        POOL_ID,
        client["ClientId"],
        user_pool_region="local",
        username=username,
        client_secret=client.get("ClientSecret"),
        access_key="none",
        secret_key="none",
        boto3_client_kwargs={"endpoint_url": POOL, "verify": CA, "config": Config(retries={"max_attempts": 0})},
    )
    user.authenticate(password=password)
    return user


def refused(code, text, call, *arguments):
    try:
        call(*arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code and text in error.response["Error"]["Message"], error
        return
    raise AssertionError(f"not refused: wanted {code}")


public, confidential = client(), client(GenerateSecret=True)
admin.admin_create_user(
    UserPoolId=POOL_ID,
    Username=name,
    MessageAction="SUPPRESS",
    UserAttributes=[{"Name": "email", "Value": f"{name}@example.org"}, {"Name": "email_verified", "Value": "true"}],
)
admin.admin_set_user_password(UserPoolId=POOL_ID, Username=name, Password=password, Permanent=True)

for app in (public, confidential):
    user = sign_in(name, password, app)
    assert user.access_token and user.id_token and user.refresh_token
    # verify_token checks signature, issuer, audience, use and expiry with the published keys.
    assert user.verify_token(user.id_token, "id_token", "id")["cognito:username"] == name
    assert user.get_user().email == f"{name}@example.org"
    refused("NotAuthorizedException", "Incorrect username or password.", sign_in, name, "Wrong-Password-2025", app)
    refused("NotAuthorizedException", "Incorrect username or password.", sign_in, f"{name}-nobody", password, app)

# A password with accents, and one that needs its leading zeros: SRP is over bytes.
for other in ("Ünïcödé-Password-1", "Aa1-" + "z" * 200):
    admin.admin_set_user_password(UserPoolId=POOL_ID, Username=name, Password=other, Permanent=True)
    assert sign_in(name, other, public).access_token
admin.admin_set_user_password(UserPoolId=POOL_ID, Username=name, Password=password, Permanent=True)

# The second factor.
user = sign_in(name, password, public)
admin.set_user_pool_mfa_config(UserPoolId=POOL_ID, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True})
try:
    secret = user.associate_software_token()
    assert user.verify_software_token(totp(secret), "phone")
    user.set_user_mfa_preference(False, True, "SOFTWARE_TOKEN")
    challenged = Cognito(
        POOL_ID,
        public["ClientId"],
        user_pool_region="local",
        username=name,
        access_key="none",
        secret_key="none",
        boto3_client_kwargs={"endpoint_url": POOL, "verify": CA},
    )
    try:
        challenged.authenticate(password=password)
        raise AssertionError("no code was asked for")
    except SoftwareTokenMFAChallengeException:
        challenged.respond_to_software_token_mfa_challenge(totp(secret, 1))
    assert challenged.access_token and challenged.get_user().username == name
    challenged.renew_access_token()
    assert challenged.access_token
finally:
    admin.set_user_pool_mfa_config(UserPoolId=POOL_ID, MfaConfiguration="OFF", SoftwareTokenMfaConfiguration={"Enabled": False})
    for app in (public, confidential):
        admin.delete_user_pool_client(UserPoolId=POOL_ID, ClientId=app["ClientId"])
    admin.admin_delete_user(UserPoolId=POOL_ID, Username=name)
print("pycognito_srp.py: signed in by SRP, with a second factor")
