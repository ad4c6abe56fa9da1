"""faults.py PROGRAM: a journal that is locked, a disk that is full, an end that is asked for in the midst of a reply."""

from __future__ import annotations

import json
import resource
import signal
import sqlite3
import sys
import threading
import time
import urllib.request

from server import Checks, Server, events, serving

ADA = "/api/individuals/ada"


class Faults:
    def __init__(self, server: Server, checks: Checks) -> None:
        self.server, self.checks = server, checks

    def note(self, text: str) -> tuple[int, str | None]:
        status, answer = self.server.ask("POST", ADA + "/notes", {"text": text})
        return status, answer["error"]["code"] if status >= 400 else None

    def notes(self) -> int:
        return sum(entry.get("kind") == "note" for entry in self.server.get(ADA + "/timeline")["entries"])

    def locked_journal(self) -> None:
        journal = sqlite3.connect(self.server.home / "ada" / "journal.sqlite", isolation_level=None)
        journal.execute("BEGIN IMMEDIATE")
        before = self.notes()
        self.checks.equal(self.note("Said while the journal is locked."), (503, "journal_unavailable"), "a locked journal")
        self.checks.equal(self.notes(), before, "notes after a note that was refused")
        journal.execute("ROLLBACK")
        journal.close()
        self.checks.equal(self.note("Said afterwards.")[0], 201, "a note once the journal is free")
        self.checks.equal(self.notes(), before + 1, "notes after a note that was taken")

    def full_disk(self) -> None:
        before = self.notes()
        # No file of the server's may grow beyond this, which it meets like a full disk.
        limits = resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))
        long = "Said while the disk is full. " * 20_000
        self.checks.equal(self.note(long), (503, "journal_unavailable"), "a full disk")
        self.checks.equal(self.server.ask("GET", "/health")[0], 200, "health with a full disk")
        self.checks.equal(self.notes(), before, "notes with a full disk")
        resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, limits)
        self.checks.equal(self.note(long)[0], 201, "the same note once there is room")
        self.checks.equal(self.notes(), before + 1, "notes once there is room")

    def end_in_the_midst_of_a_reply(self) -> None:
        conversation = self.server.ask("POST", ADA + "/conversations", {})[1]["id"]
        body = json.dumps({"text": "Tell me everything about the sea.", "max_tokens": 4000, "seed": 2}).encode()
        said: list[str] = []
        has_begun = threading.Event()

        def listen() -> None:
            request = urllib.request.Request(f"{self.server.url}{ADA}/conversations/{conversation}/turns", body)
            with urllib.request.urlopen(request, timeout=60) as answer:
                for name, data in events(answer):
                    said.append(f"{name} {data}")
                    has_begun.set()

        listener = threading.Thread(target=listen)
        listener.start()
        has_begun.wait(30)
        process = self.server.process
        assert process
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        self.checks.equal(process.wait(30), 0, "the exit code after SIGTERM")
        self.checks.that(time.monotonic() - start < 15, "the server ends within 15 s of SIGTERM")
        listener.join()
        self.server.process = None
        self.server.start()
        turns = self.server.get(f"{ADA}/conversations/{conversation}")["turns"]
        self.checks.equal([turn["role"] for turn in turns], ["user", "assistant"], "turns after SIGTERM")
        self.checks.that(bool(said) and said[-1].startswith("reply "), "the reply is told before the end")


def main(program: str) -> int:
    checks = Checks()
    with serving(program) as server:
        faults = Faults(server, checks)
        checks.run(faults.locked_journal, faults.full_disk, faults.end_in_the_midst_of_a_reply)
        checks.equal(server.stop(), 0, "the exit code after Ctrl-C")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
