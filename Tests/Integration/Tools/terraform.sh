#!/usr/bin/env bash
# Terraform's AWS provider makes a pool with client, domain, users and groups, reads it again without a difference, changes it, reads it
# again, and takes it away.
#
#   terraform.sh API_URL PLUGIN_FOLDER WORK_FOLDER      keys from AWS_SHARED_CREDENTIALS_FILE
set -euo pipefail
endpoint=$1 plugins=$2 work=$3
here=$(cd "$(dirname "$0")" && pwd)
export TF_CLI_CONFIG_FILE=/dev/null TF_IN_AUTOMATION=1 TF_VAR_endpoint=$endpoint CHECKPOINT_DISABLE=1 AWS_EC2_METADATA_DISABLED=true

cp "$here"/terraform/main.tf "$work"
cd "$work"
run() {
    terraform "$@" -no-color >"$work/log" 2>&1 || {
        printf 'terraform.sh: terraform %s failed\n' "$*" >&2
        tail -n 60 "$work/log" >&2
        exit 1
    }
}
run init -plugin-dir="$plugins"
for changed in false true; do
    run apply -auto-approve -input=false -var changed=$changed
    # 0 says that nothing differs, 2 that something does.
    run plan -detailed-exitcode -input=false -var changed=$changed
done
run destroy -auto-approve -input=false -var changed=true
echo "terraform.sh: made, re-read, changed, re-read and taken away"
