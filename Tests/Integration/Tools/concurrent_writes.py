"""A thousand writes at once, of which those that were acknowledged must be there later, whatever happened to the pool meanwhile.

    concurrent_writes.py write API_URL POOL_ID PREFIX FILE    writes; each acknowledged one becomes a line of FILE
    concurrent_writes.py check API_URL POOL_ID FILE           ends with 0 if all of them are there as they were acknowledged
"""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

API, POOL_ID = sys.argv[2:4]
idp = boto3.client(
    "cognito-idp",
    endpoint_url=API,
    config=Config(retries={"max_attempts": 0}, max_pool_connections=200, connect_timeout=20, read_timeout=20),
)


def write(prefix, file):
    lock = threading.Lock()

    def acknowledged(log, name, description):
        with lock:
            log.write(f"{name} {description}\n")
            log.flush()

    def one(number):
        name = f"{prefix}-{number}"
        try:
            idp.create_group(UserPoolId=POOL_ID, GroupName=name, Description="first")
            acknowledged(log, name, "first")
            # Sent and perhaps done, but perhaps never acknowledged: from here on either is right.
            acknowledged(log, name, "unknown")
            idp.update_group(UserPoolId=POOL_ID, GroupName=name, Description="second")
            acknowledged(log, name, "second")
        except (BotoCoreError, ClientError):
            return

    with open(file, "w") as log, ThreadPoolExecutor(200) as pool:
        # Two writes each.
        list(pool.map(one, range(500)))


def check(file):
    expected = {}
    with open(file) as log:
        for line in log:
            # The last line may be cut.
            if line.endswith("\n"):
                name, description = line.split()
                expected[name] = description
    found = {}
    for page in idp.get_paginator("list_groups").paginate(UserPoolId=POOL_ID):
        for group in page["Groups"]:
            found[group["GroupName"]] = group.get("Description")
    lost = [
        f"{name}: {found.get(name)}, not {description}"
        for name, description in expected.items()
        if found.get(name) not in (("first", "second") if description == "unknown" else (description,))
    ]
    assert expected and not lost, lost[:10]
    print(f"concurrent_writes.py: {len(expected)} acknowledged groups are there")


if sys.argv[1] == "write":
    write(*sys.argv[4:6])
else:
    check(sys.argv[4])
