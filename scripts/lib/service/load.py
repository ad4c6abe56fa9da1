"""load.py PROGRAM [--seconds N] [--json FILE]: many streams at once; what they get, how fast, and what it costs in memory.

The clients share the machine with the server: they read raw sockets in one thread, and look at no more of an answer than
how many events it has and how it ends.
"""

from __future__ import annotations

import argparse
import json
import selectors
import socket
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from server import Failure, Server, serving

STREAMS = 64
TOGETHER = 8
# A text, and not a reply: replies of a small core end when they like.
PROMPTS = ["The mill is", "In the morning", "She wrote that", "Nobody knew", "The river runs", "A long letter", "He had seen", "The bakery"]


@dataclass
class Stream:
    """One request, from connecting to the end of its answer."""

    socket: socket.socket
    start: float
    first: float = 0
    last: float = 0
    events: int = 0
    tail: bytes = b""
    head: bytes = b""
    has_reason: bool = False
    is_over: bool = False

    def take(self, data: bytes, now: float) -> None:
        if len(self.head) < 64:
            self.head += data[:64]
        self.last = now
        # An event or the mark that is looked for may begin in what came before.
        joined = self.tail + data
        count = joined.count(b"data: ") - self.tail.count(b"data: ")
        if count and not self.events:
            self.first = now
        self.events += count
        self.has_reason = self.has_reason or b'"finish_reason":"' in joined
        self.is_over = b"data: [DONE]" in joined
        self.tail = joined[-48:]

    @property
    def tokens(self) -> int:
        """About: an event for each, one for the end and one for [DONE]."""
        return max(self.events - 2, 0)

    @property
    def problem(self) -> str | None:
        if not self.head.startswith(b"HTTP/1.1 200"):
            return f"is answered {self.head!r}"
        if not self.is_over:
            return f"ends without [DONE] after {self.events} events: {self.tail!r}"
        return None if self.has_reason else "has no finish_reason"


@dataclass
class Load:
    server: Server
    number: int = 0
    problems: list[str] = field(default_factory=list)

    def open(self, tokens: int, chat: bool = False) -> Stream:
        self.number += 1
        prompt = PROMPTS[self.number % len(PROMPTS)]
        body: dict[str, object] = {"model": "ada", "stream": True, "max_tokens": tokens, "seed": self.number, "temperature": 1}
        if chat:
            body |= {"messages": [{"role": "user", "content": f"{prompt} the mill of number {self.number}?"}], "store": False}
        else:
            body["prompt"] = prompt
        text = json.dumps(body).encode()
        path = "chat/completions" if chat else "completions"
        connection = socket.create_connection(("127.0.0.1", self.server.port))
        connection.sendall(
            f"POST /v1/{path} HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\nContent-Type: application/json\r\n"
            f"Connection: close\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text)
        return Stream(connection, time.monotonic())

    def run(self, width: int, tokens: int, seconds: float = 0, chat: bool = False, on_second=lambda elapsed: None) -> list[Stream]:
        """`width` streams at a time, a new one for each that ends, until `seconds` are over and all have ended."""
        selector = selectors.DefaultSelector()
        start = time.monotonic()
        done: list[Stream] = []
        for _ in range(width):
            stream = self.open(tokens, chat)
            selector.register(stream.socket, selectors.EVENT_READ, stream)
        second = 0
        while selector.get_map():
            for key, _ in selector.select(1):
                stream = key.data
                try:
                    data = stream.socket.recv(65536)
                except OSError:
                    data = b""
                now = time.monotonic()
                if data:
                    stream.take(data, now)
                    continue
                selector.unregister(stream.socket)
                stream.socket.close()
                done.append(stream)
                if stream.problem:
                    self.problems.append(f"a stream {stream.problem}")
                if now - start < seconds:
                    another = self.open(tokens, chat)
                    selector.register(another.socket, selectors.EVENT_READ, another)
            elapsed = time.monotonic() - start
            if elapsed > second + 1:
                second = int(elapsed)
                on_second(elapsed)
            if elapsed > seconds + 300:
                raise Failure(f"{len(selector.get_map())} streams have not ended {elapsed:.0f} s after the beginning")
        return done

    def pace(self, width: int, tokens: int) -> tuple[float, float]:
        """Tokens of `width` streams together in a second, and in a second of the server's on a processor."""
        cpu = self.server.cpu_seconds()
        streams = self.run(width, tokens)
        written = sum(stream.tokens for stream in streams)
        wall = max(stream.last for stream in streams) - min(stream.start for stream in streams)
        return written / wall, written / max(self.server.cpu_seconds() - cpu, 0.01)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seconds", type=float, default=20, help="how long there are 64 streams (default: 20)")
    parser.add_argument("--alternations", type=int, default=7, help="how often 8 streams are compared with one (default: 7)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="writes the figures there, too")
    options = parser.parse_args()
    failures: list[str] = []
    with serving(options.program) as server:
        load = Load(server)
        load.run(TOGETHER, 32)
        # In alternation, so that whatever else the machine does meets both.
        alone, together = [], []
        for _ in range(options.alternations):
            alone.append(load.pace(1, 300))
            together.append(load.pace(TOGETHER, 300))
        ratios = [many / one for (one, _), (many, _) in zip(alone, together)]
        ratio = statistics.median(ratios)

        # What has been read is kept for later, up to a number of bytes: memory is flat only once that is full.
        load.run(STREAMS, 120)
        load.run(STREAMS, 120)
        begin = max(5.0, min(60.0, options.seconds / 3))
        memory: list[tuple[float, float]] = []
        cpu = server.cpu_seconds(), time.process_time()
        streams = load.run(STREAMS, 120, options.seconds, on_second=lambda at: memory.append((at, server.memory())))
        wall = max(stream.last for stream in streams) - min(stream.start for stream in streams)
        cpu = server.cpu_seconds() - cpu[0], time.process_time() - cpu[1]
        first = [stream.first - stream.start for stream in streams if stream.first]

        def around(moment: float) -> float:
            return statistics.median(size for at, size in memory if abs(at - moment) <= 3)

        early, late = around(begin), around(memory[-1][0] - 3)
        figures = {
            "streams": len(streams), "at once": STREAMS, "seconds": round(wall, 1), "broken": len(load.problems),
            "tokens a second, one stream": round(statistics.median(one for one, _ in alone), 1),
            f"tokens a second, {TOGETHER} streams": round(statistics.median(many for many, _ in together), 1),
            "ratio": round(ratio, 2), "ratios": [round(value, 2) for value in ratios],
            # What else the machine does weighs less on this one.
            "ratio by processor time": round(statistics.median(many / one for (_, one), (_, many) in zip(alone, together)), 2),
            f"tokens a second, {STREAMS} streams": round(sum(stream.tokens for stream in streams) / wall, 1),
            "first token, median s": round(percentile(first, 0.5), 3), "first token, 95th percentile s": round(percentile(first, 0.95), 3),
            f"MiB after {begin:.0f} s": round(early, 1), "MiB at the end": round(late, 1), "growth": round(late / early - 1, 4),
            "cores of the server": round(cpu[0] / wall, 2), "cores of the clients": round(cpu[1] / wall, 2),
        }
        chats = load.run(STREAMS, 60, 0, chat=True)
        figures["chats at once"] = len(chats)
        figures["broken"] = len(load.problems)
        if server.stop() != 0:
            failures.append("the server does not end well")
    for name, value in figures.items():
        print(f"{name:36} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    failures += load.problems[:10]
    if ratio < 3:
        failures.append(f"{TOGETHER} streams are {ratio:.2f} times as fast as one, expected 3")
    if late > early * 1.05:
        failures.append(f"memory grew from {early:.1f} to {late:.1f} MiB")
    for failure in failures:
        print(f"  FAILED {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
