"""kills.py PROGRAM [--rounds N]: ends the server with kill -9 in the midst of conversations and nights, and looks at what is left.

Every turn that a client was told is in the journal must be there exactly once after the next start, and in its order; every
night must be whole or not be there.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from server import Failure, Server, events, serving

CLIENTS = 8
# The most of a client in a round.
TURNS = 12
NAME = "ada"


@dataclass
class Talk:
    """What a client knows to be in the journal, and what it may be.

    Each turn has a word of its own, so that it can be found wherever it is.
    """

    number: int
    server: Server
    rng: random.Random
    said: list[tuple[str, str]] = field(default_factory=list)
    conversation: int | None = None
    count: int = 0
    # Of this round.
    turns_left: int = 0
    problems: list[str] = field(default_factory=list)

    def next_words(self) -> str:
        self.count += 1
        subject = self.rng.choice(["The mill", "My cat", "The baker", "Our river"])
        return f"{subject} of word c{self.number}x{self.count}x is {self.rng.choice(['red', 'old', 'far', 'new'])}."

    def turn(self) -> None:
        raise NotImplementedError

    def live(self, stop: threading.Event) -> None:
        while not stop.is_set():
            # A day of thousands of turns would take a night of hours.
            time.sleep(self.rng.uniform(0, 0.5))
            if self.turns_left <= 0:
                continue
            try:
                self.turn()
                self.turns_left -= 1
            except (OSError, http.client.HTTPException, ValueError, Refused):
                # The server is gone, or busy with a night; what was not acknowledged may be there or not.
                time.sleep(0.05)

    def post(self, path: str, body: dict[str, Any]) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        connection.request("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        response = connection.getresponse()
        if response.status >= 400:
            text = response.read().decode(errors="replace")
            connection.close()
            if response.status not in (409, 503):
                self.problems.append(f"POST {path} is answered {response.status}: {text[:200]}")
            raise Refused
        return connection, response


class Refused(Exception):
    pass


class PageTalk(Talk):
    """As the page talks: a turn at a time."""

    def turn(self) -> None:
        if self.conversation is None:
            connection, response = self.post(f"/api/individuals/{NAME}/conversations", {})
            self.conversation = json.load(response)["id"]
            connection.close()
        words = self.next_words()
        connection, response = self.post(
            f"/api/individuals/{NAME}/conversations/{self.conversation}/turns", {"text": words, "max_tokens": 40})
        with contextlib.closing(connection):
            for name, data in events(response):
                value = json.loads(data)
                if name in ("turn", "reply"):
                    self.said.append((value["turn"]["role"], value["turn"]["text"]))
                    self.conversation = value["conversation"]
                    if name == "turn" and value["turn"]["text"] != words:
                        self.problems.append(f"{words!r} came back as {value['turn']['text']!r}")
                elif name == "error":
                    self.problems.append(f"an error in a turn: {value}")


class ClientTalk(Talk):
    """As OpenAI's clients talk: with the whole history each time. A request without a whole answer is sent again."""

    pending: str | None = None

    def turn(self) -> None:
        # A first turn that comes again could be somebody else's.
        words = self.pending if self.pending and self.said else self.next_words()
        self.pending = words
        messages = [{"role": role, "content": text} for role, text in self.said] + [{"role": "user", "content": words}]
        is_stream = self.rng.random() < 0.5
        connection, response = self.post(
            "/v1/chat/completions", {"model": NAME, "messages": messages, "stream": is_stream, "max_tokens": 40, "temperature": 0.7})
        with contextlib.closing(connection):
            if is_stream:
                text, is_whole = "", False
                for _, data in events(response):
                    is_whole = data == "[DONE]"
                    value = {} if is_whole else json.loads(data)
                    if "error" in value:
                        self.problems.append(f"an error in a stream: {value}")
                    for choice in value.get("choices", []):
                        text += choice["delta"].get("content") or ""
                if not is_whole:
                    raise Refused
            else:
                text = json.loads(response.read())["choices"][0]["message"]["content"]
        self.said += [("user", words), ("assistant", text)]
        self.pending = None
        if self.count % 10 == 0:
            # Somebody begins anew, before the context is full.
            self.finished = getattr(self, "finished", []) + [self.said]
            self.said = []


def told(whole: list[dict[str, Any]], places: list[tuple[int, int]]) -> str:
    """Conversations as somebody needs them who wants to know how a turn came there."""
    return "; ".join(
        f"conversation {whole[number]['id']}{', over' if whole[number]['isOver'] else ''}: "
        + " / ".join(f"{turn['role'][0]} {turn['text']}" for turn in whole[number]["turns"]) for number, _ in places)


def check_journal(server: Server, talks: list[Talk]) -> list[str]:
    """What is wrong with the journal as it is now."""
    wrong: list[str] = []
    whole = server.conversations(NAME)
    users: dict[str, list[tuple[int, int]]] = {}
    for number, conversation in enumerate(whole):
        for at, turn in enumerate(conversation["turns"]):
            if turn["role"] == "user":
                users.setdefault(turn["text"], []).append((number, at))
        ids = [turn["id"] for turn in conversation["turns"]]
        if ids != sorted(set(ids)):
            wrong.append(f"conversation {conversation['id']}: turns out of order {ids}")
    for talk in talks:
        stretches = [*getattr(talk, "finished", []), talk.said]
        for said in stretches:
            for index, (role, text) in enumerate(said):
                if role == "user":
                    places = users.get(text, [])
                    if len(places) != 1:
                        wrong.append(f"client {talk.number}: {text!r} is in the journal {len(places)} times: {told(whole, places)}")
                else:
                    # The turn before it is the one it answers, unless a night took the conversation between the two.
                    asked = said[index - 1][1]
                    after = [whole[number]["turns"][at + 1] if at + 1 < len(whole[number]["turns"]) else None
                             for number, at in users.get(asked, [])]
                    answers = [turn for turn in after if turn and turn["role"] == "assistant" and turn["text"].strip() == text.strip()]
                    moved = [conversation for conversation in whole
                             if conversation["turns"] and conversation["turns"][0]["role"] == "assistant"
                             and conversation["turns"][0]["text"].strip() == text.strip()]
                    if not answers and not moved:
                        wrong.append(f"client {talk.number}: the reply {text!r} to {asked!r} is not in the journal: {after}")
                    elif len(answers) > 1:
                        wrong.append(f"client {talk.number}: the reply to {asked!r} is in the journal {len(answers)} times")
    return wrong


def check_nights(program: str, server: Server) -> tuple[list[str], int]:
    wrong = []
    nights = 0
    for command in ("history", "memory"):
        result = subprocess.run([program, command, NAME, "--json", "--home", str(server.home)], capture_output=True, text=True)
        if result.returncode != 0:
            wrong.append(f"circadian {command} ends with {result.returncode}: {result.stderr[-300:]}")
            continue
        try:
            value = json.loads(result.stdout)
        except ValueError:
            wrong.append(f"circadian {command} --json prints {result.stdout[:200]!r}")
            continue
        if command == "history":
            nights = len(value["nights"])
    summary = server.get(f"/api/individuals/{NAME}")
    if summary["problem"]:
        wrong.append(f"the individual has a problem: {summary['problem']}")
    for entry in server.get(f"/api/individuals/{NAME}/timeline")["entries"]:
        # Seasons tell nobody anything new.
        if entry["type"] == "night" and not entry.get("isSeason") and server.ask("GET", f"/api/individuals/{NAME}/briefs/{entry['number']}")[0] != 200:
            wrong.append(f"night {entry['number']} is in the timeline and has no brief")
    return wrong, nights


# A night of a long day, beside eight conversations and whatever else the machine does.
LONGEST_NIGHT = 1200.0


def wait_until_awake(server: Server, seconds: float = LONGEST_NIGHT) -> None:
    end = time.monotonic() + seconds
    while server.get(f"/api/individuals/{NAME}")["activity"] == "asleep":
        if time.monotonic() > end:
            raise Failure(f"a night is not over after {seconds:.0f} s")
        time.sleep(0.2)


def kill_all(processes: list[int]) -> int:
    count = 0
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
            count += 1
    return count


def disturb(server: Server, what: str, rng: random.Random) -> list[str]:
    """Lets a night go on for a while, or to its end, or ends its process; what is wrong with how the server tells of it."""

    def outcome() -> dict[str, Any]:
        end = time.monotonic() + LONGEST_NIGHT
        while (now := server.get(f"/api/individuals/{NAME}/sleep"))["state"] != "idle" and time.monotonic() < end:
            time.sleep(0.1)
        return now["outcome"] or {"result": now["state"]}

    if what == "a night that ends":
        told = outcome()
        return [] if told["result"] in ("kept", "refused") else [f"a night that nobody stopped is {told}"]
    time.sleep(rng.uniform(0, 25) if rng.random() < 0.7 else rng.uniform(0, 1))
    if what == "a night":
        return []
    killed = kill_all(server.children())
    told = outcome()
    expected = ("failed",) if killed else ("kept", "refused")
    # It can be over, and only its process still be there.
    return [] if told["result"] in (*expected, "kept") else [f"after its process was killed the night is {told}"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=5, help="how often the server is ended (default: 5)")
    parser.add_argument("--seed", type=int, default=1337)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    failures: list[str] = []
    seen: set[str] = set()
    acknowledged = nights = slept = 0
    with serving(options.program) as server:
        talks: list[Talk] = [
            (PageTalk if number % 2 else ClientTalk)(number, server, random.Random(f"{options.seed}-{number}")) for number in range(CLIENTS)]
        for number in range(options.rounds):
            # One that outlived its server.
            wait_until_awake(server)
            for talk in talks:
                talk.turns_left = TURNS
            stop = threading.Event()
            threads = [threading.Thread(target=talk.live, args=(stop,), daemon=True) for talk in talks]
            for thread in threads:
                thread.start()
            time.sleep(rng.uniform(0.3, 3))
            what = ["talks", "talks", "a night", "a night's process", "a night that ends"][number % 5]
            if "night" in what:
                status, told = server.ask("POST", f"/api/individuals/{NAME}/sleep", {})
                if status != 202:
                    failures.append(f"round {number + 1}: POST sleep is answered {status}: {told}")
                slept += 1
                for problem in disturb(server, what, rng):
                    failures.append(f"round {number + 1}: {problem}")
                    print(f"  FAILED {problem}", flush=True)
            children = server.children()
            server.kill()
            stop.set()
            for thread in threads:
                thread.join(70)
                if thread.is_alive():
                    failures.append(f"round {number + 1}: a client still waits")
            # A night outlives the server, and may be waited for or not.
            if children and rng.random() < 0.5:
                kill_all(children)
            server.start()
            wrong = check_journal(server, talks)
            more, nights = check_nights(options.program, server)
            for problem in [*wrong, *more, *[problem for talk in talks for problem in talk.problems]]:
                # What is wrong once is found again in every later round.
                if problem not in seen:
                    seen.add(problem)
                    failures.append(f"round {number + 1}: {problem}")
                    print(f"  FAILED {problem}", flush=True)
            for talk in talks:
                talk.problems.clear()
            acknowledged = sum(len(said) for talk in talks for said in [*getattr(talk, "finished", []), talk.said])
            print(f"round {number + 1}, {what}: {acknowledged} turns acknowledged, {nights} nights, {len(failures)} failures", flush=True)
            if len(failures) > 20:
                break
        wait_until_awake(server)
        wrong, nights = check_nights(options.program, server)
        failures += wrong
        with contextlib.suppress(Failure):
            server.stop()
    for failure in failures[:30]:
        print(f"  FAILED {failure}")
    print(f"{options.rounds} rounds, {acknowledged} turns acknowledged, {slept} nights begun, "
          f"{nights} kept, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
