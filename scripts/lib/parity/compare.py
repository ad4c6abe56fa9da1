"""compare.py FOLDER CIRCADIAN [PART...]: the parts of the comparison with the reference implementations, as Markdown."""

import datetime
import importlib.metadata
import pathlib
import subprocess
import sys
import time

import adapters
import gguf_files
import individuals
import models

HERE = pathlib.Path(__file__).parent
PACKAGES = ("transformers", "torch", "tokenizers", "sentencepiece", "tiktoken", "peft", "jinja2", "llama-cpp-python")


def script(name, *arguments):
    """What one of the scripts prints last, and whether nothing differs."""
    result = subprocess.run(
        [sys.executable, str(HERE / name), *arguments], capture_output=True, text=True)
    lines = result.stdout.splitlines() or ["nothing was compared"]
    print("\n".join([line for line in lines[:-1] if line.startswith("FAIL")] + lines[-1:]))
    sys.stderr.write(result.stderr)
    return result.returncode


PARTS = {
    "models": (
        "Models",
        "Random models of every family, made and saved by transformers: largest differences of logits. In float32 "
        "they may differ by 1e-4. In bfloat16, at transformers' own initialisation, by 2e-2 from what transformers "
        "computes in bfloat16; with weights four times as large and normalisations that are not 1 (“large”) no more "
        "from the exact result than transformers' own bfloat16 does. Greedy tokens follow a text; in float32 they are the same.",
        models.check),
    "gguf_files": (
        "GGUF files",
        "The same models converted by `circadian model convert`, opened by llama.cpp and by Circadian: largest difference "
        "of logits, and sixteen greedy tokens. llama.cpp keeps keys and values in float16 and rounds activations to eight "
        "bits for blocks. Texts may part only where two tokens are as likely as the difference of logits can tell. What a "
        "GGUF file, or llama.cpp's reading of it, has no room for is refused.",
        gguf_files.check),
    "adapters": (
        "Adapters",
        "Random adapters that peft saved, opened by Circadian (at most 1e-4), merged into a folder that transformers opens "
        "(1e-4) and into a GGUF file that llama.cpp opens (2e-2). Prefixes are refused before learned positions and sliding windows.",
        adapters.check),
    "individuals": (
        "Individuals",
        "An individual on a random Llama of the shape of SmolLM-135M reads, sleeps and is exported: the logits of peft, of "
        "transformers with the merged folder, and of llama.cpp with the LoRA or the saved sequence of slots, against its own.",
        individuals.check),
    "tokens": (
        "Tokenizers",
        "Ids and decoded texts of published vocabularies, where their files are at hand, on 10,000 random strings; of small "
        "ones with every component that `tokenizers` and `sentencepiece` can make, on 1,000.",
        lambda folder, circadian: script("token_ids.py", circadian)),
    "templates": (
        "Chat templates",
        "Templates that write the prompts of seventeen families, and single expressions, rendered by jinja2 as transformers sets it up.",
        lambda folder, circadian: script("chat_templates.py", "--check", circadian)),
}


def main(folder, circadian, chosen):
    folder = pathlib.Path(folder)
    if {"models", "gguf_files", "adapters"} & set(chosen):
        models.make(folder)
    bad = []
    for name in chosen:
        title, words, check = PARTS[name]
        print(f"\n## {title}\n\n{words}\n", flush=True)
        start = time.time()
        if check(folder, circadian):
            bad.append(name)
        print(f"\n{time.time() - start:.0f} s: `scripts/parity {name}`", flush=True)
    return bad


if __name__ == "__main__":
    chosen = sys.argv[3:] or list(PARTS)
    if not sys.argv[3:]:
        versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
        print("# Compatibility\n\nWhat Circadian opens and writes, compared with the reference implementations by "
              f"`scripts/parity`, which wrote this page on {datetime.date.today()} ({versions}). How models, adapters and "
              "chats of others are used is in [Ecosystem](Ecosystem.md).")
    bad = main(sys.argv[1], sys.argv[2], chosen)
    print("\nDiffers: " + ", ".join(bad) if bad else "\nEverything agrees.")
    sys.exit(1 if bad else 0)
