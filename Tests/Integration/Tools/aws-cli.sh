#!/usr/bin/env bash
# An administrator's life of a user pool with the AWS CLI, as it would be told to Amazon Cognito: nothing is adapted but the
# environment, which names endpoint, keys and region (AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER, AWS_SHARED_CREDENTIALS_FILE).
#
#   aws-cli.sh POOL_ID      the pool to work in, besides one that is made and deleted
#
# Ends with 0 when everything was as with Cognito; else the first difference is on standard error.
set -euo pipefail
export AWS_PAGER= AWS_MAX_ATTEMPTS=1 AWS_DEFAULT_OUTPUT=json
pool=$1
name=cli-$RANDOM$RANDOM

fail() {
    printf 'aws-cli.sh: %s\n' "$*" >&2
    exit 1
}

# idp OPERATION ARGUMENTS…
idp() {
    aws cognito-idp "$@"
}

# is WANTED QUERY OPERATION ARGUMENTS…: a member of the answer, as text
is() {
    local wanted=$1 query=$2 found
    shift 2
    found=$(idp "$@" --query "$query" --output text) || fail "$* failed"
    [ "$found" = "$wanted" ] || fail "$*: $query is '$found', not '$wanted'"
}

# refuses 'TYPE' 'TEXT' OPERATION ARGUMENTS…: the CLI's own sentence about the service's error
refuses() {
    local type=$1 text=$2 output
    shift 2
    if output=$(idp "$@" 2>&1); then fail "$* succeeded, wanted was $type"; fi
    case $output in
        *"An error occurred ($type) when calling the "*" operation: $text"*) ;;
        *) fail "$*: wanted was $type: $text. Found: $output" ;;
    esac
}

# --- The first administrator, in the three commands that everybody copies
idp admin-create-user --user-pool-id "$pool" --username "$name" \
    --user-attributes Name=email,Value="$name@example.com" Name=email_verified,Value=true --message-action SUPPRESS >/dev/null
is FORCE_CHANGE_PASSWORD UserStatus admin-get-user --user-pool-id "$pool" --username "$name"
refuses NotAuthorizedException 'User cannot be confirmed. Current status is FORCE_CHANGE_PASSWORD' \
    admin-confirm-sign-up --user-pool-id "$pool" --username "$name"
idp admin-set-user-password --user-pool-id "$pool" --username "$name" --password 'SecureAdmin2025!@#' --permanent
refuses NotAuthorizedException 'User cannot be confirmed. Current status is CONFIRMED' \
    admin-confirm-sign-up --user-pool-id "$pool" --username "$name"
refuses UsernameExistsException 'User account already exists' \
    admin-create-user --user-pool-id "$pool" --username "$name" --message-action SUPPRESS
is CONFIRMED UserStatus admin-get-user --user-pool-id "$pool" --username "$name"
is True Enabled admin-get-user --user-pool-id "$pool" --username "$name"
is "$name@example.com" "UserAttributes[?Name=='email'].Value | [0]" admin-get-user --user-pool-id "$pool" --username "$name"
sub=$(idp admin-get-user --user-pool-id "$pool" --username "$name" --query "UserAttributes[?Name=='sub'].Value | [0]" --output text)
is "$name" Username admin-get-user --user-pool-id "$pool" --username "$sub"

# --- Attributes
idp admin-update-user-attributes --user-pool-id "$pool" --username "$name" --user-attributes Name=name,Value='Ann Archer' Name=locale,Value=en
is 'Ann Archer' "UserAttributes[?Name=='name'].Value | [0]" admin-get-user --user-pool-id "$pool" --username "$name"
idp admin-delete-user-attributes --user-pool-id "$pool" --username "$name" --user-attribute-names locale
is None "UserAttributes[?Name=='locale'].Value | [0]" admin-get-user --user-pool-id "$pool" --username "$name"
refuses InvalidParameterException '' \
    admin-update-user-attributes --user-pool-id "$pool" --username "$name" --user-attributes Name=email,Value=nonsense

# --- Lists
is "$name" 'Users[0].Username' list-users --user-pool-id "$pool" --filter "username = \"$name\""
is "$name" 'Users[0].Username' list-users --user-pool-id "$pool" --filter "email ^= \"$name@\""
is 0 'length(Users)' list-users --user-pool-id "$pool" --filter 'email = "nobody@example.com"'
refuses InvalidParameterException '' list-users --user-pool-id "$pool" --filter 'nonsense = "x"'
for number in 1 2 3; do
    idp admin-create-user --user-pool-id "$pool" --username "$name-$number" --message-action SUPPRESS >/dev/null
done
is 4 'length(Users)' list-users --user-pool-id "$pool" --filter "username ^= \"$name\"" --page-size 1
is 2 'length(Users)' list-users --user-pool-id "$pool" --filter "username ^= \"$name\"" --max-items 2
for number in 1 2 3; do idp admin-delete-user --user-pool-id "$pool" --username "$name-$number"; done
refuses UserNotFoundException 'User does not exist.' admin-get-user --user-pool-id "$pool" --username "$name-1"

# --- Groups
idp create-group --user-pool-id "$pool" --group-name "$name-g" --description 'Made by a test' --precedence 7 >/dev/null
refuses GroupExistsException '' create-group --user-pool-id "$pool" --group-name "$name-g"
idp admin-add-user-to-group --user-pool-id "$pool" --username "$name" --group-name "$name-g"
idp admin-add-user-to-group --user-pool-id "$pool" --username "$name" --group-name "$name-g"
is "$name-g" 'Groups[0].GroupName' admin-list-groups-for-user --user-pool-id "$pool" --username "$name"
is "$name" 'Users[0].Username' list-users-in-group --user-pool-id "$pool" --group-name "$name-g"
is 3 Group.Precedence update-group --user-pool-id "$pool" --group-name "$name-g" --precedence 3
is 'Made by a test' Group.Description get-group --user-pool-id "$pool" --group-name "$name-g"
idp admin-remove-user-from-group --user-pool-id "$pool" --username "$name" --group-name "$name-g"
is 0 'length(Groups)' admin-list-groups-for-user --user-pool-id "$pool" --username "$name"
idp delete-group --user-pool-id "$pool" --group-name "$name-g"
refuses ResourceNotFoundException '' get-group --user-pool-id "$pool" --group-name "$name-g"

# --- A client of its own, and signing in by password
client=$(idp create-user-pool-client --user-pool-id "$pool" --client-name "$name" --explicit-auth-flows \
    ALLOW_USER_PASSWORD_AUTH ALLOW_ADMIN_USER_PASSWORD_AUTH ALLOW_REFRESH_TOKEN_AUTH \
    --query UserPoolClient.ClientId --output text)
is "$name" UserPoolClient.ClientName describe-user-pool-client --user-pool-id "$pool" --client-id "$client"
is Bearer AuthenticationResult.TokenType initiate-auth --client-id "$client" --auth-flow USER_PASSWORD_AUTH \
    --auth-parameters USERNAME="$name",PASSWORD='SecureAdmin2025!@#'
refuses NotAuthorizedException 'Incorrect username or password.' initiate-auth --client-id "$client" \
    --auth-flow USER_PASSWORD_AUTH --auth-parameters USERNAME="$name",PASSWORD='Wrong-Password-1'
tokens=$(idp admin-initiate-auth --user-pool-id "$pool" --client-id "$client" --auth-flow ADMIN_USER_PASSWORD_AUTH \
    --auth-parameters USERNAME="$name",PASSWORD='SecureAdmin2025!@#' \
    --query 'AuthenticationResult.[AccessToken,RefreshToken]' --output text)
read -r access refresh <<<"$tokens"
is "$name" Username get-user --access-token "$access"
is Bearer AuthenticationResult.TokenType initiate-auth --client-id "$client" --auth-flow REFRESH_TOKEN_AUTH \
    --auth-parameters REFRESH_TOKEN="$refresh"
idp admin-user-global-sign-out --user-pool-id "$pool" --username "$name"
refuses NotAuthorizedException 'Access Token has been revoked' get-user --access-token "$access"
refuses NotAuthorizedException '' initiate-auth --client-id "$client" --auth-flow REFRESH_TOKEN_AUTH \
    --auth-parameters REFRESH_TOKEN="$refresh"

# --- Disabled users, temporary passwords, policy
idp admin-disable-user --user-pool-id "$pool" --username "$name"
is False Enabled admin-get-user --user-pool-id "$pool" --username "$name"
refuses NotAuthorizedException 'User is disabled.' initiate-auth --client-id "$client" --auth-flow USER_PASSWORD_AUTH \
    --auth-parameters USERNAME="$name",PASSWORD='SecureAdmin2025!@#'
idp admin-enable-user --user-pool-id "$pool" --username "$name"
refuses InvalidPasswordException 'Password did not conform with policy: ' \
    admin-set-user-password --user-pool-id "$pool" --username "$name" --password short --permanent
idp admin-set-user-password --user-pool-id "$pool" --username "$name" --password 'Temporary-2025-X' --no-permanent
is NEW_PASSWORD_REQUIRED ChallengeName initiate-auth --client-id "$client" --auth-flow USER_PASSWORD_AUTH \
    --auth-parameters USERNAME="$name",PASSWORD='Temporary-2025-X'
idp delete-user-pool-client --user-pool-id "$pool" --client-id "$client"
refuses ResourceNotFoundException "User pool client $client does not exist." \
    describe-user-pool-client --user-pool-id "$pool" --client-id "$client"
idp admin-delete-user --user-pool-id "$pool" --username "$name"

# --- A pool of its own
made=$(idp create-user-pool --pool-name "$name" --policies 'PasswordPolicy={MinimumLength=10,RequireNumbers=true}' \
    --user-pool-tags team=test --query UserPool.Id --output text)
is 10 UserPool.Policies.PasswordPolicy.MinimumLength describe-user-pool --user-pool-id "$made"
is False UserPool.Policies.PasswordPolicy.RequireSymbols describe-user-pool --user-pool-id "$made"
is "$name" "UserPools[?Id=='$made'].Name | [0]" list-user-pools --max-results 60
arn=$(idp describe-user-pool --user-pool-id "$made" --query UserPool.Arn --output text)
is test Tags.team list-tags-for-resource --resource-arn "$arn"
idp tag-resource --resource-arn "$arn" --tags stage=one
idp untag-resource --resource-arn "$arn" --tag-keys team
is one Tags.stage list-tags-for-resource --resource-arn "$arn"
idp set-user-pool-mfa-config --user-pool-id "$made" --mfa-configuration OPTIONAL --software-token-mfa-configuration Enabled=true >/dev/null
is OPTIONAL UserPool.MfaConfiguration describe-user-pool --user-pool-id "$made"
idp create-user-pool-domain --user-pool-id "$made" --domain "$name" >/dev/null
is ACTIVE DomainDescription.Status describe-user-pool-domain --domain "$name"
refuses InvalidParameterException \
    'User pool cannot be deleted. It has a domain configured that should be deleted first.' delete-user-pool --user-pool-id "$made"
idp delete-user-pool-domain --user-pool-id "$made" --domain "$name"
is None DomainDescription.Status describe-user-pool-domain --domain "$name"
idp admin-create-user --user-pool-id "$made" --username ann --temporary-password 'longenough1' --message-action SUPPRESS >/dev/null
refuses UserNotFoundException 'User does not exist.' admin-get-user --user-pool-id "$pool" --username ann
idp delete-user-pool --user-pool-id "$made"
refuses ResourceNotFoundException "User pool $made does not exist." describe-user-pool --user-pool-id "$made"

# --- Who may do this
refuses MissingAuthenticationTokenException 'Missing Authentication Token' list-users --user-pool-id "$pool" --no-sign-request
AWS_ACCESS_KEY_ID=UNKNOWNUNKNOWNUNKNOWN AWS_SECRET_ACCESS_KEY=x refuses UnrecognizedClientException \
    'The security token included in the request is invalid.' list-users --user-pool-id "$pool"
key=$(sed -n 's/^aws_access_key_id *= *//p' "$AWS_SHARED_CREDENTIALS_FILE")
AWS_ACCESS_KEY_ID=$key AWS_SECRET_ACCESS_KEY=wrong refuses InvalidSignatureException \
    'The request signature we calculated does not match the signature you provided.' list-users --user-pool-id "$pool"
refuses InvalidSignatureException 'Credential should be scoped to a valid region' list-users --user-pool-id "$pool" --region eu-west-2

echo "aws-cli.sh: everything as with Cognito"
