#!/usr/bin/env python3
"""Many answers at once, from the offline model through chat and gateway to one client: order, delay, memory.

usage: streams.py [--streams 500] [--seconds 30] [--begun-per-second 100]

Starts a Gatehouse of its own (GATEHOUSE_BIN, else the release build), signs in a user for each 100 streams, and asks "/demo clock" on a
connection of its own for each stream: 20 tokens a second, each with its number and the moment it was made. What is added to a token is the
time from then until this program has it, its own share of the machine included. Memory is the resident set of gateway and chat while all
streams run, less that of before. Exit code 1 where a token is missing, doubled or out of order, where p99 is more than 50 ms, or a stream
takes more than 100 KiB in either process.

Python's standard library only, and one thread: what it takes of the machine is printed, and is not the servers' doing.
"""

import argparse, array, html, json, os, re, resource, selectors, shutil, signal, socket, ssl, subprocess, sys, tempfile, time
import urllib.parse, urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
TOKENS_PER_SECOND = 20
STREAMS_PER_USER = 100
LONGEST_DELAY_MS = 50
MOST_KIB = 100
PASSWORD = "Correct-Horse-7-Battery"
MOMENT = re.compile(rb"(\d+):(\d{16}) ")


def now():
    """Millionths of a second since 1970, as the model counts them."""
    return time.time_ns() // 1000


def programs():
    folder = os.environ.get("GATEHOUSE_BIN")
    if not folder:
        command = ["swift", "build", "-c", "release", "--show-bin-path"]
        folder = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout.strip()
    return Path(folder)


class Installation:
    """`gatehouse up` in a folder of its own, with room for so many streams."""

    def __init__(self, folder, streams):
        self.state, self.config, self.bin = folder / "state", folder / "config", programs()
        shutil.copytree(CHECKOUT / "config", self.config)
        chat = self.config / "chat.yaml"
        text = chat.read_text()
        for key, value in {
            "ConcurrentAnswersPerUser": STREAMS_PER_USER, "ConcurrentAnswers": streams + 1, "QuestionsPerMinute": 6000,
            "RequestsPerUser": 1000, "TokensPerUserAndDay": 0, "CentsPerUserAndDay": 0,
        }.items():
            text, count = re.subn(rf"^  {key}: .*$", f"  {key}: {value}", text, flags=re.M)
            assert count == 1, f"chat.yaml has {count} lines of {key}"
        chat.write_text(text)
        self.log = open(folder / "up.log", "wb")
        self.process = subprocess.Popen(
            [self.bin / "gatehouse", "up", "--state", self.state, "--https", "0", "--pool", "0", "--http", "0", "--config-dir", self.config],
            env={**os.environ, "ADMIN_PASSWORD": PASSWORD, "GATEHOUSE_CHAT_PROVIDER": "offline"}, stdout=self.log, stderr=self.log,
            stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            self.ready = self.wait(folder)
        except BaseException:
            self.stop()
            raise
        self.trust = ssl.create_default_context(cafile=self.ready["caFile"])

    def wait(self, folder):
        file = self.state / "run" / "ready.json"
        for _ in range(1200):
            if file.exists():
                return json.loads(file.read_text())
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        sys.exit("gatehouse up is not ready:\n" + (folder / "up.log").read_text())

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    def users(self, count):
        """Names of users who can sign in with PASSWORD."""
        names = ["admin"] + [f"reader{number}" for number in range(1, count)]
        for name in names[1:]:
            subprocess.run(
                [self.bin / "gatehouse", "users", "create", name, "--email", f"{name}@example.org", "--password-stdin", "--permanent",
                 "--config", self.config / "userpool.yaml", "--state", self.state],
                input=PASSWORD, text=True, check=True, stdout=subprocess.DEVNULL)
        return names


class Visitor:
    """A signed-in browser without scripts."""

    def __init__(self, host, name):
        self.origin = host.ready["appURL"].rstrip("/")
        self.jar = CookieJar()
        self.open = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=host.trust), urllib.request.HTTPCookieProcessor(self.jar)).open
        with self.open(self.origin + "/") as page:
            address, text = page.url, page.read().decode()
        form = text[text.index("<form"):]
        fields = {"username": name, "password": PASSWORD}
        for tag in re.findall(r"<input[^>]*>", form):
            named = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
            if named.get("type") == "hidden":
                fields[html.unescape(named["name"])] = html.unescape(named.get("value", ""))
        action = html.unescape(re.search(r'action="([^"]*)"', form)[1])
        with self.open(urllib.parse.urljoin(address, action), urllib.parse.urlencode(fields).encode()) as page:
            assert page.url.startswith(self.origin), f"{name} is not signed in but at {page.url}"
        host_name = urllib.parse.urlsplit(self.origin).hostname
        self.cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar if host_name in cookie.domain)

    def conversation(self):
        request = urllib.request.Request(
            self.origin + "/api/conversations", b"{}", {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"})
        with self.open(request) as answer:
            return json.load(answer)["id"]


class Stream:
    """One question on a connection of its own, and what has come of its answer."""

    def __init__(self, visitor, conversation, seconds, trust):
        place = urllib.parse.urlsplit(visitor.origin)
        body = json.dumps({"text": f"/demo clock {seconds}"})
        self.request = (
            f"POST /api/conversations/{conversation}/messages HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {visitor.cookies}\r\n"
            f"Content-Type: application/json\r\nSec-Fetch-Site: same-origin\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()
        self.socket = trust.wrap_socket(socket.create_connection((place.hostname, place.port)), server_hostname=place.hostname)
        self.socket.setblocking(False)
        self.wire, self.text = b"", b""
        self.head = self.over = None
        self.next = 0
        self.wrong = None

    def begin(self):
        sent = self.socket.send(self.request)
        assert sent == len(self.request), "the request does not fit into the socket"

    def read(self, delays):
        """Takes what is there. Returns False once the answer is over."""
        while True:
            try:
                data = self.socket.recv(65536)
            except ssl.SSLWantReadError:
                return True
            except OSError as error:
                self.wrong = self.wrong or f"{error}"
                return False
            arrived = now()
            if not data:
                if not self.over:
                    self.wrong = self.wrong or f"ended early, {self.head or self.wire[:200]}"
                return False
            self.wire += data
            self.unwrap()
            last = 0
            for match in MOMENT.finditer(self.text):
                number, made, last = int(match[1]), int(match[2]), match.end()
                if number != self.next:
                    self.wrong = self.wrong or f"token {number} came where {self.next} was due"
                self.next = number + 1
                delays.append(arrived - made)
            self.over = self.over or b"event: done\n" in self.text
            # A moment, and the name of an event, may be cut in two.
            self.text = self.text[max(last, len(self.text) - 64):]
            if self.over:
                return False

    def unwrap(self):
        """Takes the head and the chunks' framing (RFC 9112 §7.1) away."""
        if self.head is None:
            end = self.wire.find(b"\r\n\r\n")
            if end < 0:
                return
            self.head, self.wire = self.wire[:end], self.wire[end + 4:]
            if not self.head.startswith(b"HTTP/1.1 200 ") or b"chunked" not in self.head.lower():
                self.wrong, self.over = f"{self.head.splitlines()[0]} {self.wire[:300]}", True
        while True:
            end = self.wire.find(b"\r\n")
            if end < 0:
                return
            size = int(self.wire[:end], 16)
            if len(self.wire) < end + 2 + size + 2:
                return
            self.text += self.wire[end + 2:end + 2 + size]
            self.wire = self.wire[end + 4 + size:]


def resident(pid):
    return next(int(line.split()[1]) for line in open(f"/proc/{pid}/status") if line.startswith("VmRSS:"))


def cpu(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(host, options):
    pids = {name: host.ready["pids"][name] for name in ("gateway", "chat")}
    count = -(-options.streams // STREAMS_PER_USER)
    visitors = [Visitor(host, name) for name in host.users(count)]
    conversations = [(visitors[number % count], visitors[number % count].conversation()) for number in range(options.streams)]
    # A first answer, so that what is made once is not counted as the streams'.
    warm = Stream(visitors[0], conversations[0][1], 1, host.trust)
    warm.begin()
    while warm.read(array.array("q")):
        time.sleep(0.01)
    before = {name: resident(pid) for name, pid in pids.items()}
    streams = [Stream(visitor, conversation, options.seconds, host.trust) for visitor, conversation in conversations]
    used = {name: cpu(pid) for name, pid in pids.items()}
    own, start = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()

    selector = selectors.DefaultSelector()
    for stream in streams:
        selector.register(stream.socket, selectors.EVENT_READ, stream)
    waiting, running, most = list(reversed(streams)), len(streams), 0
    ramp = options.streams / options.begun_per_second
    full, during = start + ramp + (options.seconds - ramp) * 0.9, None
    delays = array.array("q")
    while running:
        while waiting and len(streams) - len(waiting) < (time.monotonic() - start) * options.begun_per_second:
            waiting.pop().begin()
        for key, _ in selector.select(0.005 if waiting else 0.5):
            if not key.data.read(delays):
                selector.unregister(key.fileobj)
                running -= 1
        if during is None and time.monotonic() >= full:
            during, most = {name: resident(pid) for name, pid in pids.items()}, running
        if time.monotonic() - start > ramp + options.seconds + 60:
            sys.exit(f"{running} streams do not end")
    elapsed, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_SELF)
    for stream in streams:
        stream.socket.close()

    expected = options.seconds * TOKENS_PER_SECOND
    wrong = [s.wrong or f"{s.next} tokens of {expected}" for s in streams if s.wrong or s.next != expected]
    if not delays or during is None:
        sys.exit(f"nothing measured: {wrong[:3]}")
    ordered = sorted(delays)
    at = lambda share: ordered[min(int(len(ordered) * share), len(ordered) - 1)] / 1000
    memory = {name: (during[name] - before[name]) / options.streams for name in pids}
    print(f"{options.streams} streams, {most} of them at once, {len(delays)} tokens in {elapsed:.1f} s; {len(wrong)} streams in disorder")
    print(f"added to a token: p50 {at(0.5):.1f} ms, p90 {at(0.9):.1f} ms, p99 {at(0.99):.1f} ms, p99.9 {at(0.999):.1f} ms, most {ordered[-1] / 1000:.1f} ms")
    for name, pid in pids.items():
        print(f"{name}: {memory[name]:.1f} KiB a stream ({before[name]} to {during[name]} KiB), {(cpu(pid) - used[name]) / elapsed:.0%} of a core")
    print(f"this client: {(after.ru_utime + after.ru_stime - own.ru_utime - own.ru_stime) / elapsed:.0%} of a core")
    for problem in wrong[:5]:
        print("  " + problem)
    return not wrong and at(0.99) <= LONGEST_DELAY_MS and max(memory.values()) <= MOST_KIB


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--begun-per-second", type=int, default=100)
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, options.streams * 2 + 100)), hard))
    with tempfile.TemporaryDirectory(prefix="gh") as folder:
        host = Installation(Path(folder), options.streams)
        try:
            good = measure(host, options)
        finally:
            host.stop()
    print("good" if good else "NOT good")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
