"""Reads metrics from a URL, or with --socket from a Unix socket, by Prometheus's own parser; prints a sample a line."""

import http.client
import socket
import sys
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

if sys.argv[1] == "--socket":
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(sys.argv[2])
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
else:
    answer = urllib.request.urlopen(sys.argv[1])
assert answer.status == 200, answer.status
assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"), answer.headers["Content-Type"]

names = set()
for family in text_string_to_metric_families(answer.read().decode()):
    assert family.name not in names, family.name + " is there twice"
    assert family.documentation and family.type != "unknown", family.name
    names.add(family.name)
    for sample in family.samples:
        labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
        print(f"{sample.name}{{{labels}}} {sample.value:g}")
