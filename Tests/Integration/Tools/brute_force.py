"""Guesses a password at the pool's sign-in page, so many times a second, and says what it was answered.

    brute_force.py ACTION CA_FILE COOKIES FIELDS USER PASSWORD RATE SECONDS

ACTION is where the page's form goes, COOKIES the browser's, FIELDS the hidden ones (form-urlencoded). All guesses are wrong; PASSWORD is
the right one, tried once a second where an answer has just said that the name is locked for two more seconds at least. Comes from
127.0.0.2. Prints a JSON object: the guesses sent, their answers by status, and the answers to the right password.
"""

import collections
import http.client
import json
import queue
import ssl
import sys
import threading
import time
from urllib.parse import urlencode, urlsplit

ACTION, CA, COOKIES, FIELDS, USER, PASSWORD = sys.argv[1:7]
RATE, SECONDS = int(sys.argv[7]), int(sys.argv[8])
address = urlsplit(ACTION)
context = ssl.create_default_context(cafile=CA)
tickets, lock = queue.Queue(), threading.Lock()
answers, right, last_right = collections.Counter(), collections.Counter(), 0.0


def connect():
    return http.client.HTTPSConnection(
        address.hostname, address.port, context=context, timeout=60, source_address=("127.0.0.2", 0)
    )


def attempt(connection, password):
    body = FIELDS + "&" + urlencode({"username": USER, "password": password})
    connection.request(
        "POST",
        f"{address.path}?{address.query}",
        body,
        {"Content-Type": "application/x-www-form-urlencoded", "Cookie": COOKIES},
    )
    answer = connection.getresponse()
    answer.read()
    return answer.status, int(answer.headers.get("Retry-After", "0"))


def work():
    global last_right
    connection = connect()
    while (number := tickets.get()) is not None:
        try:
            status, wait = attempt(connection, f"Wrong-Password-{number}")
            with lock:
                answers[status] += 1
                tries = status == 429 and wait >= 2 and time.monotonic() - last_right > 1
                if tries:
                    last_right = time.monotonic()
            if tries:
                status, _ = attempt(connection, PASSWORD)
                with lock:
                    right[status] += 1
        except (OSError, http.client.HTTPException):
            with lock:
                answers[0] += 1
            connection.close()
            connection = connect()
    connection.close()


threads = [threading.Thread(target=work) for _ in range(64)]
for thread in threads:
    thread.start()
begin = time.monotonic()
for number in range(RATE * SECONDS):
    time.sleep(max(0, begin + number / RATE - time.monotonic()))
    tickets.put(number)
sent = time.monotonic() - begin
for _ in threads:
    tickets.put(None)
for thread in threads:
    thread.join()
answered = time.monotonic() - begin
# Where a hash takes as long as the first locks, none of them may have been met: one after the other now.
last = connect()
while not right:
    status, wait = attempt(last, "Wrong-Password-last")
    if status == 429 and wait >= 2:
        right[attempt(last, PASSWORD)[0]] += 1
last.close()
print(
    json.dumps(
        {
            "guesses": RATE * SECONDS,
            "sentInSeconds": round(sent, 1),
            "answeredInSeconds": round(answered, 1),
            "answers": {str(status): count for status, count in answers.items()},
            "right": {str(status): count for status, count in right.items()},
        }
    )
)
