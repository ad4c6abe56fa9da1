"""Trains one byte-level BPE vocabulary here and in Hugging Face `tokenizers`; compares the merges.

    python tokenizer_training.py --circadian PATH --vocabulary 4096 [--split gpt2] FILE...

Needs `tokenizers`. Both sides get the same texts: the files, cut behind lines into parts
below 1 MB, each split by itself. One side runs after the other, each as a process of its own, with
all cores. Ours counts from the start to the saved file, theirs without both; seconds of work, those of
every core added, hold on a busy machine too. Memory is the most that a process held. Exit code 1 where
a merge differs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

PART_SIZE = 900_000


def write_parts(files, folder):
    """Cuts the files behind lines; the parts' paths."""
    paths = []
    for file in files:
        with open(file, "rb") as source:
            while lines := source.readlines(PART_SIZE):
                text = b"".join(lines).decode("utf-8", "replace").replace("\0", " ")
                text = text.removeprefix("\ufeff")
                if not text.strip():
                    continue
                paths.append(os.path.join(folder, f"{len(paths):05}.txt"))
                with open(paths[-1], "wb") as part:
                    part.write(text.encode())
    return paths


def train_peer(setup):
    """What the child process does: trains with `tokenizers` and saves."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(setup["regex"]), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    if setup["isGPT2"]:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    trainer = trainers.BpeTrainer(
        vocab_size=setup["tokens"], min_frequency=2, show_progress=False, special_tokens=[],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())

    def texts():
        for path in setup["paths"]:
            with open(path, "rb") as file:
                yield file.read().decode()

    begin, work = time.perf_counter(), time.process_time()
    tokenizer.train_from_iterator(texts(), trainer)
    print(time.perf_counter() - begin, time.process_time() - work)
    tokenizer.save(setup["out"])


def run(command):
    """Seconds, seconds of work on all cores, and the most memory in MB; what the process prints."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"failed: {' '.join(command)[:200]}")
    seconds = time.perf_counter() - begin
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output


def model_of(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def merges_of(model):
    return [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in model["merges"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--circadian", required=True, help="the command that is compared")
    parser.add_argument("--vocabulary", type=int, default=4096)
    parser.add_argument("--split", default="standard")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    if arguments.peer:
        with open(arguments.peer, encoding="utf-8") as file:
            return train_peer(json.load(file))

    with tempfile.TemporaryDirectory() as folder:
        paths = write_parts(arguments.files, folder)
        size = sum(os.path.getsize(path) for path in paths)
        ours = os.path.join(folder, "ours.json")
        seconds, work, memory, _ = run([
            *arguments.circadian.split(), "tokenizer", "train", "--split", arguments.split,
            "--vocabulary", str(arguments.vocabulary), "--out", ours, *paths])
        document = model_of(ours)
        special = len(document["added_tokens"])
        setup = os.path.join(folder, "setup.json")
        theirs = os.path.join(folder, "theirs.json")
        with open(setup, "w", encoding="utf-8") as file:
            json.dump({
                "regex": document["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"],
                "isGPT2": arguments.split == "gpt2", "tokens": arguments.vocabulary - special,
                "paths": paths, "out": theirs,
            }, file)
        _, _, peer_memory, output = run(
            [sys.executable, __file__, "--circadian", "", "--peer", setup])
        peer_seconds, peer_work = map(float, output.split())

        mine, other = merges_of(document["model"]), merges_of(model_of(theirs)["model"])
        first = next((i for i, (a, b) in enumerate(zip(mine, other)) if a != b), None)
        if first is None and len(mine) != len(other):
            first = min(len(mine), len(other))
        print(f"{size / 1e6:.1f} MB, {len(paths)} texts, split {arguments.split}")
        print("              merges       s   s of work      MB")
        print(f"circadian   {len(mine):8} {seconds:7.2f}  {work:10.2f}  {memory:6.0f}")
        print(f"tokenizers  {len(other):8} {peer_seconds:7.2f}  {peer_work:10.2f}  {peer_memory:6.0f}")
        print(
            f"theirs over ours: {peer_seconds / seconds:.2f} in time, {peer_work / work:.2f} in work")
        if first is None:
            print("the same merges in the same order")
            return 0
        print(f"first difference at merge {first}: {mine[first:first + 3]} {other[first:first + 3]}")
        print(f"merges of one side only: {len(set(mine) ^ set(other))}")
        return 1


sys.exit(main())
