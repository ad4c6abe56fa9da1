"""How a peer answers: each line of JSON on standard input with one line of JSON on standard output."""

import json
import os
import sys


def serve(prepare):
    """Gives the first line to `prepare`, which returns a function for the lines that follow and a first answer.

    Every failure is an answer, {"error": ...}, and the last one: the other side is waiting for one.
    """
    # Whatever a library prints goes to standard error: standard output carries answers only.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(value):
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    try:
        respond, description = prepare(json.loads(sys.stdin.readline()))
        answer(description)
        for line in sys.stdin:
            answer(respond(json.loads(line)))
    except ModuleNotFoundError as error:
        answer({"error": f"Python has no module '{error.name}'"})
    except Exception as error:
        # What a compiler says comes at the end of a long text, what failed at its beginning.
        lines = [line.strip()[:200] for line in str(error).splitlines() if line.strip()]
        text = " ... ".join(dict.fromkeys(lines[:1] + lines[-1:]))
        answer({"error": f"{type(error).__name__}: {text}"})
