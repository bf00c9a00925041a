"""An administrator's life of a user pool with boto3, and a user's through sign-in, second factor and sign-out.

    boto3_life.py API_URL POOL_URL CA_FILE POOL_ID

The keys come from AWS_SHARED_CREDENTIALS_FILE. Every answer is checked against the service model that botocore ships: no unknown
member, no missing one. Ends with 0 when everything was as with Cognito.
"""

import hmac
import json
import ssl
import sys
import time
import urllib.error
import urllib.request
from base64 import b32decode, b64encode
from datetime import datetime
from hashlib import sha1, sha256

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

API, POOL, CA, POOL_ID = sys.argv[1:5]
RETRIES = {"max_attempts": 0}
admin = boto3.client("cognito-idp", endpoint_url=API, config=Config(retries=RETRIES))
user = boto3.client(
    "cognito-idp", endpoint_url=POOL, verify=CA, region_name="local", config=Config(retries=RETRIES, signature_version=UNSIGNED)
)


def watch(client):
    """Checks each raw body as it comes: the parser itself drops what it does not know."""

    def check(http_response, parsed, model, **_):
        if http_response.status_code == 200 and http_response.content:
            check_raw(json.loads(http_response.content), model.output_shape, model.name)

    def check_raw(value, shape, path):
        if shape is None:
            raise AssertionError(f"{path} answers with a body, but has no output")
        if shape.type_name == "structure":
            for name, member in value.items():
                assert name in shape.members, f"{path}.{name} is unknown to the model"
                check_raw(member, shape.members[name], f"{path}.{name}")
        elif shape.type_name == "list":
            for item in value:
                check_raw(item, shape.member, f"{path}[]")

    client.meta.events.register("after-call.cognito-identity-provider", check)


watch(admin)
watch(user)


def refused(code, text, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        found = error.response["Error"]
        assert found["Code"] == code, f"wanted {code}: {text}, found {found}"
        assert text in found["Message"], f"wanted {code}: {text}, found {found}"
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert error.response["ResponseMetadata"]["RequestId"], "no request id"
        return
    raise AssertionError(f"{call.__name__} was not refused: wanted {code}")


def totp(secret, step=0):
    counter = int(time.time()) // 30 + step
    digest = hmac.new(b32decode(secret + "=" * (-len(secret) % 8)), counter.to_bytes(8, "big"), sha1).digest()
    offset = digest[-1] & 15
    return str((int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF) % 1_000_000).zfill(6)


def secret_hash(secret, username, client_id):
    return b64encode(hmac.new(secret.encode(), (username + client_id).encode(), sha256).digest()).decode()


name = f"boto3-{time.time_ns()}"
password = "Boto3-Password-2025"

# A pool of its own, as an application's set-up makes it.
made = admin.create_user_pool(
    PoolName=name,
    Policies={"PasswordPolicy": {"MinimumLength": 12, "RequireUppercase": True, "RequireLowercase": True, "RequireNumbers": True}},
    AliasAttributes=["email"],
    Schema=[
        {"Name": "team", "AttributeDataType": "String", "Mutable": True},
        {"Name": "email", "AttributeDataType": "String", "Required": True, "Mutable": True},
    ],
    AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
    UserPoolTags={"made": "by a test"},
)["UserPool"]
pool = made["Id"]
assert isinstance(made["CreationDate"], datetime)
assert made["Arn"].endswith(f":userpool/{pool}")
assert {"Name": "custom:team"}.items() <= next(a for a in made["SchemaAttributes"] if a["Name"] == "custom:team").items()
admin.add_custom_attributes(UserPoolId=pool, CustomAttributes=[{"Name": "floor", "AttributeDataType": "Number"}])

client = admin.create_user_pool_client(
    UserPoolId=pool,
    ClientName="app",
    GenerateSecret=True,
    ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    PreventUserExistenceErrors="ENABLED",
    AccessTokenValidity=10,
    TokenValidityUnits={"AccessToken": "minutes"},
)["UserPoolClient"]
client_id, secret = client["ClientId"], client["ClientSecret"]
described = admin.describe_user_pool_client(UserPoolId=pool, ClientId=client_id)["UserPoolClient"]
assert described["ClientSecret"] == secret and described["TokenValidityUnits"] == {"AccessToken": "minutes"}
assert [c["ClientId"] for c in admin.list_user_pool_clients(UserPoolId=pool, MaxResults=10)["UserPoolClients"]] == [client_id]

# Users.
# What a pool requires may be left to the user, who is asked for it with the new password.
admin.admin_create_user(UserPoolId=pool, Username="bare", MessageAction="SUPPRESS")
admin.admin_delete_user(UserPoolId=pool, Username="bare")
created = admin.admin_create_user(
    UserPoolId=pool,
    Username="ann",
    TemporaryPassword="Temporary-2025",
    MessageAction="SUPPRESS",
    UserAttributes=[
        {"Name": "email", "Value": "ann@example.org"},
        {"Name": "email_verified", "Value": "true"},
        {"Name": "custom:team", "Value": "blue"},
    ],
)["User"]
assert created["UserStatus"] == "FORCE_CHANGE_PASSWORD" and created["Enabled"]
assert {a["Name"] for a in created["Attributes"]} == {"sub", "email", "email_verified", "custom:team"}
assert admin.admin_get_user(UserPoolId=pool, Username="ann@example.org")["Username"] == "ann", "signs in by verified alias"
refused(
    "InvalidParameterException",
    "custom:none",
    admin.admin_update_user_attributes,
    UserPoolId=pool,
    Username="ann",
    UserAttributes=[{"Name": "custom:none", "Value": "x"}],
)
for number in range(7):
    admin.admin_create_user(
        UserPoolId=pool, Username=f"user{number}", UserAttributes=[{"Name": "email", "Value": f"u{number}@example.org"}], MessageAction="SUPPRESS"
    )
pages = list(admin.get_paginator("list_users").paginate(UserPoolId=pool, PaginationConfig={"PageSize": 3}))
assert [len(page["Users"]) for page in pages] == [3, 3, 2]
assert len({u["Username"] for page in pages for u in page["Users"]}) == 8
assert admin.describe_user_pool(UserPoolId=pool)["UserPool"]["EstimatedNumberOfUsers"] == 8
refused("InvalidParameterException", "", admin.list_users, UserPoolId=pool, PaginationToken="nonsense")

# Signing in: temporary password, second factor, tokens.
admin.set_user_pool_mfa_config(UserPoolId=pool, MfaConfiguration="ON", SoftwareTokenMfaConfiguration={"Enabled": True})


def begin(username, password):
    return user.initiate_auth(
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": username, "PASSWORD": password, "SECRET_HASH": secret_hash(secret, username, client_id)},
    )


def respond(challenge, answers):
    return user.respond_to_auth_challenge(
        ClientId=client_id,
        ChallengeName=challenge["ChallengeName"],
        Session=challenge["Session"],
        ChallengeResponses={"USERNAME": "ann", "SECRET_HASH": secret_hash(secret, "ann", client_id), **answers},
    )


refused(
    "NotAuthorizedException",
    f"Client {client_id} is configured with secret but SECRET_HASH was not received",
    user.initiate_auth,
    ClientId=client_id,
    AuthFlow="USER_PASSWORD_AUTH",
    AuthParameters={"USERNAME": "ann", "PASSWORD": "x"},
)
refused("NotAuthorizedException", "Incorrect username or password.", begin, username="ann", password="wrong")
refused("NotAuthorizedException", "Incorrect username or password.", begin, username="nobody", password="wrong")
challenge = begin("ann", "Temporary-2025")
assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
refused("InvalidPasswordException", "Password does not conform to policy", respond, challenge=challenge, answers={"NEW_PASSWORD": "short"})
challenge = respond(challenge, {"NEW_PASSWORD": password})
assert challenge["ChallengeName"] == "MFA_SETUP", challenge
assert challenge["ChallengeParameters"]["MFAS_CAN_SETUP"] == '["SOFTWARE_TOKEN_MFA"]'
associated = user.associate_software_token(Session=challenge["Session"])
verified = user.verify_software_token(Session=associated["Session"], UserCode=totp(associated["SecretCode"]), FriendlyDeviceName="phone")
assert verified["Status"] == "SUCCESS"
result = respond({"ChallengeName": "MFA_SETUP", "Session": verified["Session"]}, {})["AuthenticationResult"]
assert result["ExpiresIn"] == 600 and result["TokenType"] == "Bearer"
challenge = begin("ann", password)
assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
code = totp(associated["SecretCode"], 1)
tokens = respond(challenge, {"SOFTWARE_TOKEN_MFA_CODE": code})["AuthenticationResult"]
challenge = begin("ann", password)
refused("ExpiredCodeException", "already been used once", respond, challenge=challenge, answers={"SOFTWARE_TOKEN_MFA_CODE": code})

# What the signed-in user may do.
me = user.get_user(AccessToken=tokens["AccessToken"])
assert me["Username"] == "ann" and me["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]
refused("InvalidParameterException", "", user.set_user_mfa_preference, AccessToken=tokens["AccessToken"], SoftwareTokenMfaSettings={"Enabled": False})
user.update_user_attributes(AccessToken=tokens["AccessToken"], UserAttributes=[{"Name": "name", "Value": "Ann"}])
user.delete_user_attributes(AccessToken=tokens["AccessToken"], UserAttributeNames=["custom:team"])
assert {a["Name"] for a in user.get_user(AccessToken=tokens["AccessToken"])["UserAttributes"]} == {"sub", "email", "email_verified", "name"}
refused(
    "NotAuthorizedException",
    "Incorrect username or password.",
    user.change_password,
    AccessToken=tokens["AccessToken"],
    PreviousPassword="wrong",
    ProposedPassword="Another-Password-1",
)
user.change_password(AccessToken=tokens["AccessToken"], PreviousPassword=password, ProposedPassword="Another-Password-1")
refused("NotAuthorizedException", "Invalid Access Token", user.get_user, AccessToken="a.b.c")
admin.admin_set_user_mfa_preference(UserPoolId=pool, Username="ann", SoftwareTokenMfaSettings={"Enabled": False})
assert begin("ann", "Another-Password-1")["ChallengeName"] == "MFA_SETUP", "who has lost the phone sets up another one"
admin.set_user_pool_mfa_config(UserPoolId=pool, MfaConfiguration="OFF", SoftwareTokenMfaConfiguration={"Enabled": False})
tokens = begin("ann", "Another-Password-1")["AuthenticationResult"]
user.revoke_token(Token=tokens["RefreshToken"], ClientId=client_id, ClientSecret=secret)
refused("NotAuthorizedException", "Access Token has been revoked", user.get_user, AccessToken=tokens["AccessToken"])
tokens = begin("ann", "Another-Password-1")["AuthenticationResult"]
user.global_sign_out(AccessToken=tokens["AccessToken"])
refused("NotAuthorizedException", "Access Token has been revoked", user.get_user, AccessToken=tokens["AccessToken"])
tokens = begin("ann", "Another-Password-1")["AuthenticationResult"]
user.delete_user(AccessToken=tokens["AccessToken"])
refused("UserNotFoundException", "User does not exist.", admin.admin_get_user, UserPoolId=pool, Username="ann")

# Signed operations are nowhere but where administrators are.
for attempt in ("AdminGetUser", "ListUsers"):
    request = urllib.request.Request(
        POOL + "/",
        data=json.dumps({"UserPoolId": POOL_ID, "Username": "admin"}).encode(),
        headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"AWSCognitoIdentityProviderService.{attempt}"},
    )
    try:
        urllib.request.urlopen(request, context=ssl.create_default_context(cafile=CA))
        raise AssertionError(f"{attempt} was answered to anybody")
    except urllib.error.HTTPError as error:
        assert error.code == 403 and error.headers["x-amzn-ErrorType"] == "AccessDeniedException", error.headers

admin.delete_user_pool(UserPoolId=pool)
refused("ResourceNotFoundException", f"User pool {pool} does not exist.", admin.describe_user_pool, UserPoolId=pool)
print("boto3_life.py: everything as with Cognito")
