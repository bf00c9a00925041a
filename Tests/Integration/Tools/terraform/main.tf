# A pool with its client, domain, users and groups, as an application's infrastructure code describes it.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" { type = string }
variable "changed" {
  type    = bool
  default = false
}

provider "aws" {
  region                      = "local"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  endpoints { cognitoidp = var.endpoint }
}

resource "aws_cognito_user_pool" "pool" {
  name                     = var.changed ? "people-renamed" : "people"
  alias_attributes         = ["email"]
  auto_verified_attributes = ["email"]
  mfa_configuration        = var.changed ? "ON" : "OPTIONAL"
  deletion_protection      = "INACTIVE"

  password_policy {
    minimum_length                   = var.changed ? 14 : 12
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = false
    require_uppercase                = true
    temporary_password_validity_days = 3
  }

  software_token_mfa_configuration { enabled = true }

  admin_create_user_config { allow_admin_create_user_only = true }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  schema {
    name                = "team"
    attribute_data_type = "String"
    mutable             = true
    string_attribute_constraints {
      min_length = 0
      max_length = 64
    }
  }

  username_configuration { case_sensitive = false }

  tags = { team = "people", stage = var.changed ? "two" : "one" }
}

resource "aws_cognito_user_pool_client" "web" {
  name                                 = "web"
  user_pool_id                         = aws_cognito_user_pool.pool.id
  generate_secret                      = true
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = ["openid", "email", "profile"]
  supported_identity_providers         = ["COGNITO"]
  callback_urls                        = var.changed ? ["https://app.example.com/oauth2/idpresponse", "https://b.example.com/cb"] : ["https://app.example.com/oauth2/idpresponse"]
  logout_urls                          = ["https://app.example.com/"]
  explicit_auth_flows                  = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
  prevent_user_existence_errors        = "ENABLED"
  enable_token_revocation              = true
  access_token_validity                = 30
  id_token_validity                    = 30
  refresh_token_validity               = 7
  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "days"
  }
}

resource "aws_cognito_user_pool_client" "plain" {
  name         = "plain"
  user_pool_id = aws_cognito_user_pool.pool.id
}

resource "aws_cognito_user_pool_domain" "domain" {
  domain       = "people-sign-in"
  user_pool_id = aws_cognito_user_pool.pool.id
}

resource "aws_cognito_user_group" "staff" {
  name         = "staff"
  user_pool_id = aws_cognito_user_pool.pool.id
  description  = var.changed ? "Everybody here" : "Staff"
  precedence   = 5
}

resource "aws_cognito_user" "ann" {
  user_pool_id   = aws_cognito_user_pool.pool.id
  username       = "ann"
  message_action = "SUPPRESS"
  enabled        = !var.changed
  password       = "Terraform-Password-2025"
  attributes = {
    email          = "ann@people.test"
    email_verified = "true"
    team           = var.changed ? "blue" : "red"
  }
}

resource "aws_cognito_user" "bob" {
  user_pool_id   = aws_cognito_user_pool.pool.id
  username       = "bob"
  message_action = "SUPPRESS"
}

resource "aws_cognito_user_in_group" "ann_is_staff" {
  user_pool_id = aws_cognito_user_pool.pool.id
  group_name   = aws_cognito_user_group.staff.name
  username     = aws_cognito_user.ann.username
}

output "pool" { value = aws_cognito_user_pool.pool.id }
