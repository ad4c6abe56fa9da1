#!/usr/bin/env python3
"""Chat templates as transformers renders them, to hold the interpreter's output against.

    chat_templates.py                              writes the expected texts of the tests
    chat_templates.py --check .build/release/circadian   renders anew and compares

Needs transformers, whose environment for chat templates is the one that is asked. The templates and the
conversations are in Tests/TemplatesTests/Resources; the texts of the templates are the project's own, the
formats that they write are those of the models that they are named after.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile
import time

from transformers.utils import chat_template_utils

RESOURCES = pathlib.Path(__file__).resolve().parents[3] / "Tests/TemplatesTests/Resources"
DATE = "2025-07-24"

# What the expressions talk about.
CONTEXT = {
    "user": {"name": "Ida", "age": 36, "tags": ["x", "y"]},
    "odd": {"items": 1, "values": 2, "get": 3},
    "people": [
        {"name": "Ida", "age": 36, "pet": "cat", "address": {"town": "Bergen"}},
        {"name": "Olav", "age": 29, "address": {"town": "Oslo"}},
        {"name": "Siri", "age": 64, "pet": "", "address": {"town": "Bergen"}},
    ],
}


def render(source, context):
    """The text, or the error, that a template gives."""
    try:
        template = chat_template_utils._compile_jinja_template(source)
        moment = time.strptime(DATE, "%Y-%m-%d")
        template.environment.globals["strftime_now"] = lambda form: time.strftime(form, moment)
        return {"text": template.render(**context)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def conversations():
    """Every template with every conversation: the name of both, and the context."""
    given = json.loads((RESOURCES / "conversations.json").read_text())
    for path in sorted(RESOURCES.glob("*.jinja")):
        for name, conversation in given["conversations"].items():
            context = {"tools": None, "documents": None, "add_generation_prompt": False}
            context |= given["tokens"] | conversation
            if context["tools"]:
                context["tools"] = given["tools"]
            yield path, name, context


def expressions():
    for line in (RESOURCES / "expressions.txt").read_text().split("\n"):
        if line and not line.startswith("# "):
            yield line.replace("⏎", "\n")


def write():
    rendered = [
        {"template": path.name, "conversation": name} | render(path.read_text(), context)
        for path, name, context in conversations()
    ]
    values = [{"template": source} | render(source, CONTEXT) for source in expressions()]
    save("rendered.json", rendered)
    save("expressions.json", {"context": CONTEXT, "expressions": values})
    for name, cases in (("conversations", rendered), ("expressions", values)):
        errors = sum("error" in case for case in cases)
        print(f"{len(cases)} {name}, {errors} of them errors")


def save(name, value):
    text = json.dumps(value, ensure_ascii=False, indent=1)
    (RESOURCES / name).write_text(text + "\n")


def check(program):
    """Renders everything with the command and says where it differs."""
    cases = [(f"{p.stem}, {n}", p.read_text(), c) for p, n, c in conversations()]
    cases += [(source, source, CONTEXT) for source in expressions()]
    differences = 0
    with tempfile.TemporaryDirectory() as folder:
        template, data = pathlib.Path(folder, "template.jinja"), pathlib.Path(folder, "context.json")
        for name, source, context in cases:
            template.write_text(source)
            data.write_text(json.dumps(context, ensure_ascii=False))
            command = [program, "template", "render", template, "--context", data, "--date", DATE, "--json"]
            run = subprocess.run(command, capture_output=True, text=True)
            expected = render(source, context)
            got = json.loads(run.stdout) if run.returncode == 0 else {"error": run.stderr.strip()}
            if expected.get("text") != got.get("text"):
                differences += 1
                print(f"{name!r}\n  expected {expected}\n  got      {got}")
    print(f"{len(cases)} cases, {differences} differ")
    return differences


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", metavar="PROGRAM", help="the circadian program to compare with")
    arguments = parser.parse_args()
    if arguments.check:
        raise SystemExit(check(arguments.check) > 0)
    write()
