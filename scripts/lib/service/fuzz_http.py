#!/usr/bin/env python3
"""Sends malformed requests to a running server and checks that it stays well.

Each must be answered by a well-formed response that is neither 500 nor 502, or by a closed connection, in time; what
is plainly malformed must not be answered 2xx. After every 500 requests a valid GET /health must be answered 200.
Prints counts by kind and status; exits 1 when anything went wrong. The same seed sends the same requests.
"""
import argparse
import collections
import json
import random
import re
import socket
import sys
import threading
import time

STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9]) ?[^\r\n]*\r\n")
ALLOWED_5XX = {501, 503, 505}
PATHS = ["/v1/chat/completions", "/api/individuals"]


class Failure(Exception):
    pass


class Fuzzer:
    def __init__(self, options):
        self.options = options
        self.host_header = f"{options.host}:{options.port}".encode()
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        self.failures = []

    # Connections

    def connect(self):
        return socket.create_connection((self.options.host, self.options.port), timeout=self.options.timeout)

    def exchange(self, parts, half_close=False, pause=0.0):
        """Sends the parts and returns all that comes back until the connection closes, or nothing more comes."""
        end = time.monotonic() + self.options.timeout
        answer = b""
        with self.connect() as connection:
            try:
                for part in parts:
                    connection.sendall(part)
                    if pause:
                        time.sleep(pause)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
                while True:
                    connection.settimeout(max(0.01, end - time.monotonic()))
                    piece = connection.recv(1 << 16)
                    if not piece:
                        return answer
                    answer += piece
                    if self.is_whole(answer):
                        return answer
            except TimeoutError:
                raise Failure(f"nothing for {self.options.timeout} s after {answer[:80]!r}")
            except OSError:
                # Closed by the server before everything was sent.
                return answer

    @staticmethod
    def is_whole(answer):
        """Whether the last response of an answer has ended, so that one need not wait for the connection to close."""
        while True:
            head, gap, rest = answer.partition(b"\r\n\r\n")
            if not gap:
                return False
            if head.startswith(b"HTTP/1.1 100"):
                answer = rest
                continue
            length = re.search(rb"\r\ncontent-length: *([0-9]+)", head, re.I)
            if not length:
                return False
            body = int(length[1])
            if len(rest) < body:
                return False
            if re.search(rb"\r\nconnection: *close", head, re.I):
                return True
            if len(rest) == body:
                return True
            answer = rest[body:]

    def statuses(self, answer):
        """The statuses of the responses, checked for their form."""
        found = []
        while answer:
            line = STATUS_LINE.match(answer)
            if not line:
                raise Failure(f"not a response: {answer[:120]!r}")
            status = int(line[1])
            found.append(status)
            head, gap, rest = answer.partition(b"\r\n\r\n")
            if not gap:
                raise Failure(f"headers without an end: {answer[:200]!r}")
            for header in head.split(b"\r\n")[1:]:
                if b":" not in header:
                    raise Failure(f"not a header: {header[:80]!r}")
            if status == 100:
                answer = rest
                continue
            length = re.search(rb"\r\ncontent-length: *([0-9]+)", head, re.I)
            # Behind the last response of a connection a client reads nothing (RFC 9112, 9.6).
            if not length or re.search(rb"\r\nconnection: *close", head, re.I):
                return found
            answer = rest[int(length[1]):]
        return found

    # Requests

    def head(self, method=b"POST", path=None, headers=(), length=None, version=b"HTTP/1.1", host=True):
        path = path or random_path(self.random)
        lines = [method + b" " + path + b" " + version]
        if host:
            lines.append(b"Host: " + self.host_header)
        if self.options.token:
            lines.append(b"Authorization: Bearer " + self.options.token.encode())
        if length is not None:
            lines.append(b"Content-Type: application/json")
            lines.append(b"Content-Length: %d" % length)
        return b"\r\n".join(lines + list(headers)) + b"\r\n\r\n"

    @property
    def random(self):
        return self.local.random

    local = threading.local()

    def line(self):
        r = self.random
        method = r.choice([b"GET", b"", b"G\0T", b"get", b"A" * r.randrange(1, 5000), b"GET\t", bytes(r.randbytes(4))])
        target = r.choice([
            b"", b"*", b"http://evil.example/", b"//", b"/../../etc/passwd", b"/%2e%2e/%2e%2e/etc/passwd", b"/%00", b"/\0",
            b"/%", b"/%4", b"/%zz", b"/%ff%fe", b"/\xff", b"/a b", b"/" + b"a" * r.randrange(1, 100000), b"/?%ff=%00",
            b"/..%2f..%2fetc%2fpasswd", b"/..%5c..", b"/#x", b"/?" + b"a=b&" * r.randrange(1, 9000), r.randbytes(20)])
        version = r.choice([b"HTTP/1.1", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/9.9", b"HTTP/1.", b"http/1.1", b"", b"HTTP/1.1 x",
                            b"HTTP/99999999999.1", b"HTTP/1.1\0"])
        end = r.choice([b"\r\n", b"\n", b"\r", b"\r\r\n"])
        return [method + b" " + target + b" " + version + end + b"Host: " + self.host_header + b"\r\n\r\n"], {"half_close": True}

    def noise(self):
        r = self.random
        return [r.randbytes(r.randrange(1, 4000)) + r.choice([b"", b"\r\n\r\n"])], {"half_close": True}

    def mutation(self):
        r = self.random
        body = b'{"messages":[{"role":"user","content":"hello"}]}'
        request = bytearray(self.head(length=len(body)) + body)
        for _ in range(r.randrange(1, 8)):
            at = r.randrange(len(request))
            kind = r.randrange(4)
            if kind == 0:
                request[at] = r.randrange(256)
            elif kind == 1:
                del request[at:at + r.randrange(1, 12)]
            elif kind == 2:
                request[at:at] = r.randbytes(r.randrange(1, 12))
            else:
                request[at:at] = request[max(0, at - 20):at]
            if not request:
                request = bytearray(b"\n")
        return [bytes(request)], {"half_close": True, "may_succeed": True}

    def headers(self):
        r = self.random
        kind = r.randrange(12)
        extra = [
            lambda: [b"A: b\0c"], lambda: [b"A\0: b"], lambda: [b"A : b"], lambda: [b"A: b", b" folded"], lambda: [b"no colon"],
            lambda: [b": empty"], lambda: [b"A: \xff\xfe"], lambda: [b"A: b\rc"], lambda: [b"Host: evil.example"],
            lambda: [b"A: " + b"x" * r.randrange(100000, 300000)],
            lambda: [b"A%d: b" % n for n in range(r.randrange(3000, 9000))], lambda: [b"A\x7f: b"]][kind]()
        return [self.head(b"GET", b"/health", extra)], {}

    def host(self):
        r = self.random
        host = r.choice([b"", b"evil.example", b"localhost.evil.example", b"127.0.0.1.evil.example", b"[::1", b"a b", b"localhost:0",
                         b"localhost:99999", b"\xff", b"localhost:1:2"])
        extra = [b"Host: " + host] if r.random() < 0.8 else [b"Host: " + self.host_header, b"Origin: http://evil.example"]
        if r.random() < 0.2:
            extra = []
        return [self.head(b"GET", b"/api/individuals", extra, host=False)], {}

    def json(self):
        r = self.random
        kind = r.randrange(12)
        body = [
            lambda: b'{"a":"\xff\xfe\xc0\x80"}', lambda: b"[" * r.randrange(1, 200000), lambda: b'{"a":' * r.randrange(1, 100000),
            lambda: b'{"messages":' + b"9" * r.randrange(1, 5000) + b"}", lambda: b'{"max_tokens":1e999999}',
            lambda: b'{"name":"' + b"a" * r.randrange(1, 1 << 20) + b'"', lambda: b'{"name":"\\ud800"', lambda: b"\0" * 100,
            lambda: b"", lambda: b"[" * 5000 + b"]" * 4999, lambda: b'{"name":"\x00\x01"}', lambda: r.randbytes(r.randrange(1, 3000)),
        ][kind]()
        return [self.head(length=len(body)), body], {}

    def meaning(self):
        """JSON that is well-formed and means nothing that could be done."""
        r = self.random
        values = [None, True, -1, 1e308, 10 ** 400, "", "\u0000", "../../x", "a" * 5000, [], {}, [[]], {"role": 1}]
        body = json.dumps({
            r.choice(["messages", "prompt", "name", "model", "max_tokens", "temperature", "stop", "stream"]): r.choice(values)
            for _ in range(r.randrange(0, 4))}).encode()
        return [self.head(length=len(body)), body], {"may_succeed": True}

    def chunks(self):
        r = self.random
        head = self.head(headers=[b"Transfer-Encoding: chunked", b"Content-Type: application/json"])
        body = r.choice([
            b"zz\r\nabc\r\n0\r\n\r\n", b"5\r\nabc\r\n0\r\n\r\n", b"-1\r\nabc\r\n", b"ffffffffffffffffff\r\nabc\r\n", b"7fffffffffffffff\r\nabc\r\n",
            b"3\r\nabcdef\r\n0\r\n\r\n", b"3;" + b"x" * 50000 + b"\r\nabc\r\n0\r\n\r\n", b"0x3\r\nabc\r\n0\r\n\r\n", b"3\nabc\n0\n\n", b"3\r\nabc",
            b"\r\n\r\n", b"1\r\n{\r\n" * r.randrange(1, 3000) + b"0\r\n\r\n", b"0\r\nA: \0\r\nContent-Length: 5\r\n\r\n", b" 3\r\nabc\r\n0\r\n\r\n"])
        return [head, body], {"half_close": True}

    def truncated(self):
        r = self.random
        return [self.head(length=r.randrange(1000, 1 << 20)), r.randbytes(r.randrange(0, 900))], {"half_close": True}

    def lengths(self):
        r = self.random
        value = r.choice([b"-1", b"+5", b"5 ", b"5, 5", b"0x5", b"1e3", b"99999999999999999999999999", b"18446744073709551615",
                          b"9223372036854775807", b"4294967296", b"", b"a", b"\xef\xbc\x95", b"5\0", b"1_0"])
        return [self.head(headers=[b"Content-Length: " + value]), b"abcde"], {"half_close": True}

    def smuggling(self):
        r = self.random
        inner = b"GET /health HTTP/1.1\r\nHost: " + self.host_header + b"\r\n\r\n"
        headers = r.choice([
            [b"Content-Length: 4", b"Transfer-Encoding: chunked"], [b"Transfer-Encoding: chunked", b"Content-Length: 4"],
            [b"Content-Length: 4", b"Content-Length: 5"], [b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"],
            [b"Transfer-Encoding: xchunked"], [b"Transfer-Encoding: chunked, identity"], [b"Transfer-Encoding : chunked"],
            [b"Transfer-Encoding:\x0bchunked"], [b"Transfer-Encoding: identity, chunked"], [b"X: y\r\n Transfer-Encoding: chunked"],
            [b"X: y\nTransfer-Encoding: chunked"], [b"Transfer-Encoding: chunked\0"], [b"\0", b"Transfer-Encoding: chunked"]])
        return [self.head(headers=headers), b"0\r\n\r\n" + inner], {"half_close": True}

    def drip(self):
        """A valid request in small pieces must be answered as if it had come at once."""
        body = b'{"a"'
        request = self.head(length=len(body)) + body
        cuts = sorted(self.random.randrange(len(request)) for _ in range(3))
        parts = [request[a:b] for a, b in zip([0] + cuts, cuts + [len(request)])]
        return [part for part in parts if part], {"pause": 0.001}

    def vanish(self):
        """The client goes away without waiting."""
        return [self.head(b"GET", b"/health")], {"vanish": True}

    # Running

    def one(self, kinds):
        kind = self.random.choice(kinds)
        parts, how = getattr(self, kind)()
        if how.pop("vanish", False):
            with self.connect() as connection:
                connection.sendall(b"".join(parts))
            self.count(kind, "left")
            return
        may_succeed = how.pop("may_succeed", False)
        try:
            answer = self.exchange(parts, **how)
            found = self.statuses(answer)
            for status in found:
                self.count(kind, status)
                if status >= 500 and status not in ALLOWED_5XX:
                    raise Failure(f"answered {status}")
            if not found:
                self.count(kind, "closed")
            final = [status for status in found if status != 100]
            if kind in ("smuggling", "headers", "lengths", "host", "json") and not may_succeed and final and final[0] < 400:
                if not self.was_harmless(kind, parts):
                    raise Failure(f"accepted with {final[0]}")
            # Going on would mean that the rest was taken for the next request.
            if kind == "smuggling" and answer and not re.search(rb"\r\nconnection: *close", answer, re.I):
                raise Failure("the connection goes on")
        except Failure as failure:
            with self.lock:
                self.failures.append(f"{kind}: {failure}; sent {b''.join(parts)[:300]!r}")

    def was_harmless(self, kind, parts):
        """Whether a request of a malformed kind happens to be in order: a valid Host, say, or JSON that is whole."""
        text = b"".join(parts)
        if kind == "host":
            return False
        if kind == "json":
            try:
                json.loads(parts[1])
                return True
            except (ValueError, RecursionError):
                return False
        return kind == "lengths" and b"Content-Length: 5\r\n" in text

    def count(self, kind, what):
        with self.lock:
            self.counts[(kind, str(what))] += 1

    def check_health(self):
        self.local.random = getattr(self.local, "random", random.Random(0))
        for attempt in range(3):
            try:
                answer = self.exchange([self.head(b"GET", b"/health", [b"Connection: close"])])
                if self.statuses(answer) == [200]:
                    return
            except (Failure, OSError):
                answer = b""
            time.sleep(0.2)
        raise SystemExit(f"GET /health is not answered 200 any more: {answer[:200]!r}")

    def loris(self, stop):
        """Sends a byte now and then until it is closed; the server must close it within the time limit."""
        start = time.monotonic()
        try:
            with self.connect() as connection:
                connection.settimeout(0.2)
                connection.sendall(b"GET / HTTP/1.1\r\nX: ")
                while time.monotonic() - start < self.options.loris_seconds:
                    if stop.is_set():
                        return
                    try:
                        if not connection.recv(4096):
                            break
                    except TimeoutError:
                        connection.sendall(b"a")
                else:
                    with self.lock:
                        self.failures.append(f"loris: kept for {self.options.loris_seconds} s")
                    return
        except OSError:
            pass
        self.count("loris", "closed")

    def run(self):
        kinds = ["line", "noise", "mutation", "headers", "host", "json", "meaning", "chunks", "truncated", "lengths", "smuggling",
                 "drip", "vanish"]
        self.check_health()
        stop = threading.Event()
        slow = [threading.Thread(target=self.loris, args=(stop,), daemon=True) for _ in range(self.options.loris)]
        for thread in slow:
            thread.start()
        blocks = iter(range(0, self.options.count, 500))
        start = time.monotonic()

        def work(first, count):
            self.local.random = random.Random(f"{self.options.seed}-{first}")
            for _ in range(count):
                try:
                    self.one(kinds)
                except OSError as error:
                    with self.lock:
                        self.failures.append(f"connection: {error}")

        for block in blocks:
            size = min(500, self.options.count - block)
            share = -(-size // 4)
            workers = [threading.Thread(target=work, args=(block + begin, min(share, size - begin))) for begin in range(0, size, share)]
            for thread in workers:
                thread.start()
            for thread in workers:
                thread.join()
            self.check_health()
            if len(self.failures) > 50:
                break
        for thread in slow:
            thread.join(max(0.1, self.options.loris_seconds + 2 - (time.monotonic() - start)))
        stop.set()
        self.check_health()
        self.report(time.monotonic() - start)

    def report(self, seconds):
        by_status = collections.Counter()
        for (kind, status), count in self.counts.items():
            by_status[status] += count
        for kind in sorted({kind for kind, _ in self.counts}):
            line = "  ".join(f"{status} {count}" for (k, status), count in sorted(self.counts.items()) if k == kind)
            print(f"{kind:10}  {line}")
        print(f"{'all':10}  " + "  ".join(f"{status} {count}" for status, count in sorted(by_status.items())))
        print(f"{sum(by_status.values())} outcomes in {seconds:.1f} s, {len(self.failures)} failures")
        for failure in self.failures[:20]:
            print("FAILED", failure)
        sys.exit(1 if self.failures else 0)


def random_path(r):
    return r.choice(PATHS).encode()


def main():
    # Otherwise long numbers would not be recognised as JSON.
    sys.set_int_max_str_digits(0)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1337)
    parser.add_argument("--token")
    parser.add_argument("--timeout", type=float, default=15, help="seconds within which every request must be answered")
    parser.add_argument("--loris", type=int, default=20, help="connections that send a byte now and then meanwhile")
    parser.add_argument("--loris-seconds", type=float, default=45, help="within which each of those must be closed")
    Fuzzer(parser.parse_args()).run()


if __name__ == "__main__":
    main()
