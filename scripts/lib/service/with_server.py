"""with_server.py PROGRAM COMMAND...: runs a command beside a server of a new home; {url} and {port} in it are the server's."""

import subprocess
import sys

from server import serving


def main(program: str, command: list[str]) -> int:
    with serving(program) as server:
        code = subprocess.run([word.format(url=server.url, port=server.port) for word in command]).returncode
        if server.process is None or server.process.poll() is not None:
            print("  FAILED the server has ended")
            return 1
        ended = server.stop()
        if ended != 0:
            print(f"  FAILED the server ends with {ended} after Ctrl-C")
        return code or ended


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
