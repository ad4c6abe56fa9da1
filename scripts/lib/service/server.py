"""The program under test as a process, and what the stages ask of it without any client's help."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote


class Failure(Exception):
    """What is not as it should be, in a sentence."""


class Checks:
    """Counts what was looked at, and keeps what was wrong; a check that stops does not hide the next one."""

    def __init__(self) -> None:
        self.count = 0
        self.failures: list[str] = []

    def that(self, is_so: bool, what: str) -> None:
        self.count += 1
        if not is_so:
            self.failures.append(what)
            print(f"  FAILED {what}", flush=True)

    def equal(self, found: object, expected: object, what: str) -> None:
        self.that(found == expected, f"{what}: {found!r}, expected {expected!r}")

    def raises(self, error: type[Exception], what: str, body: Callable[[], object]) -> Exception | None:
        try:
            body()
        except error as raised:
            self.count += 1
            return raised
        except Exception as other:  # Another exception is exactly what is looked for here.
            self.that(False, f"{what}: {type(other).__name__} ({other}), expected {error.__name__}")
        else:
            self.that(False, f"{what}: nothing was raised, expected {error.__name__}")
        return None

    def run(self, *parts: Callable[[], None]) -> None:
        for part in parts:
            start, before = time.monotonic(), self.count
            name = part.__name__.replace("_", " ")
            try:
                part()
            except Exception as error:  # Whatever it is, it is a failure of this part alone.
                self.that(False, f"{name}: {type(error).__name__}: {error}")
            print(f"{name}: {self.count - before} checks, {time.monotonic() - start:.1f} s", flush=True)

    def finish(self) -> int:
        print(f"{self.count} checks, {len(self.failures)} failures")
        return 1 if self.failures else 0


class Server:
    """`circadian serve` on a free port."""

    def __init__(self, program: str, home: Path, *options: str, log: Path | None = None) -> None:
        self.program, self.home, self.options = program, home, options
        self.log = log or home.with_name(home.name + ".log")
        self.token: str | None = None
        self.process: subprocess.Popen[str] | None = None
        self.port = 0

    def start(self, patience: float = 60) -> Server:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", "--port", "0", "--json", "--home", str(self.home), *self.options],
                # Python ignores the signal of a file that may not grow, and so must what it starts: a full disk sends none.
                stdout=subprocess.PIPE, stderr=log, text=True, restore_signals=False)
        assert self.process.stdout
        lines = []
        # The report is one JSON document, which ends with a line of its own.
        for line in self.process.stdout:
            lines.append(line)
            if line.rstrip() == "}":
                break
        try:
            address = json.loads("".join(lines))["address"]
        except (ValueError, KeyError):
            raise Failure(f"the server does not start: {self.log.read_text()[-500:]}") from None
        self.port = int(address.rstrip("/").rsplit(":", 1)[1])
        if "--token" in self.options:
            self.token = (self.home / "token").read_text().strip()
        end = time.monotonic() + patience
        while time.monotonic() < end:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/health")[0] == 200:
                    return self
            time.sleep(0.05)
        raise Failure(f"the server is not well {patience} s after its start")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    def stop(self) -> int:
        """Ends it as Ctrl-C does; the exit code."""
        if not self.process:
            return 0
        self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure("the server does not end within 60 s of Ctrl-C") from None
        self.process = None
        return code

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def children(self) -> list[int]:
        """Processes that it has started: nights."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError):
                    # The name may hold blanks and parentheses; the parent comes behind the last one.
                    if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1]) == self.pid:
                        found.append(int(folder.name))
        return found

    def memory(self, field: str = "VmRSS") -> float:
        """In MiB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
        raise Failure(f"/proc says nothing of {field}")

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def ask(self, method: str, path: str, body: object = None, timeout: float = 60) -> tuple[int, Any]:
        """The status and what JSON comes back."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
            connection.request(method, path, sent, self.headers())
            response = connection.getresponse()
            text = response.read()
            is_json = response.headers.get("Content-Type", "").startswith("application/json")
            return response.status, json.loads(text) if is_json else text
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        status, value = self.ask("GET", path)
        if status != 200:
            raise Failure(f"GET {path} is answered {status}: {value}")
        return value

    def conversations(self, name: str) -> list[dict[str, Any]]:
        """Whole, the first one first."""
        heads = self.get(f"/api/individuals/{quote(name)}/conversations")["conversations"]
        return [self.get(f"/api/individuals/{quote(name)}/conversations/{head['id']}") for head in reversed(heads)]


def events(answer: Any) -> Iterator[tuple[str | None, str]]:
    """Names and data of a stream of events, as they come."""
    name, data = None, []
    for raw in answer:
        line = raw.decode().rstrip("\n")
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            data.append(line[6:])
        elif not line and data:
            yield name, "\n".join(data)
            name, data = None, []


@contextlib.contextmanager
def serving(program: str, *options: str, names: tuple[str, ...] = ("ada",)) -> Iterator[Server]:
    """A server of a new home, with individuals on the default core."""
    with tempfile.TemporaryDirectory(prefix="circadian-service-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        for name in names:
            subprocess.run([program, "new", name, "--quiet", "--home", str(home)], check=True, stdout=subprocess.DEVNULL)
        server = Server(program, home, *options)
        # Whoever ends this ends what it has started.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            yield server.start()
        except BaseException:
            print(server.log.read_text()[-2000:])
            raise
        finally:
            nights = server.children() if server.process else []
            server.kill()
            for night in nights:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(night, signal.SIGKILL)


