#!/usr/bin/env python3
"""What a sign-in costs, in CPU time of the program that signs in: whole ones, each by a new browser that opens a connection for each
request, and beside them what a new connection with a redirect costs, three of which are in each sign-in.

usage: sign-ins.py PID URL [PID URL]... [--rounds 5] [--seconds 4]
Every URL is a page that needs a sign-in, at a provider that signs everybody in without a question. Several programs take turns; the first
one is compared with the others. Counted are all threads of a process and its children.
"""
import argparse
import http.client
import os
import ssl
import statistics
import time
from urllib.parse import urljoin, urlsplit

TRUSTING = ssl.create_default_context()
TRUSTING.check_hostname, TRUSTING.verify_mode = False, ssl.CERT_NONE
NAVIGATION = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def cpu_microseconds(pid):
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            total += int(open(f"/proc/{pid}/task/{task}/schedstat").read().split()[0])
            children = open(f"/proc/{pid}/task/{task}/children").read().split()
        except FileNotFoundError:
            continue
        total += sum(cpu_microseconds(child) * 1000 for child in children)
    return total / 1000


def fetch(url, cookies):
    """One request on a connection of its own: status, and where it redirects to."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.netloc, context=TRUSTING, timeout=10)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    own = cookies.setdefault(parts.netloc, {})
    sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in own.items())} if own else {}
    connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), headers=NAVIGATION | sent)
    response = connection.getresponse()
    response.read()
    for field in response.headers.get_all("Set-Cookie") or []:
        name, _, value = field.split(";")[0].partition("=")
        own[name] = value
    connection.close()
    return response.status, urljoin(url, response.headers["Location"] or "")


def sign_in(url):
    cookies, status = {}, 302
    for _ in range(8):
        status, url = fetch(url, cookies)
        if status not in (301, 302, 303, 307):
            break
    assert status == 200, f"a sign-in ended in {status} at {url}"


def cost(pid, work, seconds):
    before, count, end = cpu_microseconds(pid), 0, time.time() + seconds
    while time.time() < end:
        work()
        count += 1
    return (cpu_microseconds(pid) - before) / count


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("programs", nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    given = parser.parse_args()
    programs = list(zip(given.programs[::2], given.programs[1::2]))
    whole, connections = {program: [] for program in programs}, {program: [] for program in programs}
    for _ in range(given.rounds):
        for pid, url in programs:
            whole[pid, url].append(cost(pid, lambda: sign_in(url), given.seconds))
            connections[pid, url].append(cost(pid, lambda: fetch(url, {}), given.seconds / 4))
    first = programs[0]
    for program in programs:
        ratios = sorted(mine / other for mine, other in zip(whole[first], whole[program]))
        print(f"{program[1]}: a sign-in {statistics.median(whole[program]):.0f} µs, a new connection with a redirect "
              f"{statistics.median(connections[program]):.0f} µs; the first one's sign-in to this one's "
              f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}), three of its connections to this "
              f"one's sign-in {3 * statistics.median(connections[first]) / statistics.median(whole[program]):.2f}")


if __name__ == "__main__":
    main()
