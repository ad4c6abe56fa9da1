"""Trains one byte-level BPE vocabulary here, in Hugging Face `tokenizers` and in rustbpe; compares the merges.

    python tokenizer_training.py --circadian PATH --vocabulary 4096 [--split gpt2] FILE...

Peers that are not installed are reported as missing. All sides get the same texts: the files, cut behind
lines into parts below 1 MB, each split by itself. One side runs after the other, each as a process of its own, with
all cores. Ours counts from the start to the saved file, theirs without both; seconds of work, those of
every core added, hold on a busy machine too. Memory is the most that a process held. Exit code 1 where
a merge differs from that of `tokenizers`, or where hardly any is rustbpe's: of pairs that are equally frequent it takes
the first by the numbers of bytes, the others by GPT-2's alphabet, so that some stand in another order.
"""

import argparse
import importlib.util
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


def train_rustbpe(setup):
    """The same with `rustbpe`."""
    import rustbpe

    def texts():
        for path in setup["paths"]:
            with open(path, "rb") as file:
                yield file.read().decode()

    tokenizer = rustbpe.Tokenizer()
    begin, work = time.perf_counter(), time.process_time()
    tokenizer.train_from_iterator(texts(), setup["tokens"], pattern=setup["regex"])
    print(time.perf_counter() - begin, time.process_time() - work)
    ranks = sorted(tokenizer.get_mergeable_ranks(), key=lambda pair: pair[1])
    with open(setup["out"], "w", encoding="utf-8") as file:
        json.dump([bytes(token).hex() for token, rank in ranks if rank >= 256], file)


PEERS = {"tokenizers": train_peer, "rustbpe": train_rustbpe}


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


def bytes_of_alphabet():
    """The byte of each character of GPT-2's alphabet."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(b): b for b in plain} | {chr(256 + i): b for i, b in enumerate(others)}


def run_peer(name, setup, folder):
    """Seconds, seconds of work and memory of a peer, and the file it wrote."""
    setup = setup | {"out": os.path.join(folder, f"{name}.out.json")}
    path = os.path.join(folder, f"{name}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(setup, file)
    _, _, memory, output = run([
        sys.executable, __file__, "--circadian", "", "--peer", name, path])
    seconds, work = map(float, output.split())
    return seconds, work, memory, setup["out"]


def print_side(name, merges, seconds, work, memory):
    print(f"{name:10}  {merges:8} {seconds:7.2f}  {work:10.2f}  {memory:6.0f}")


def compare_rustbpe(mine, theirs):
    """Whether the tokens are ours but for their order; says how far they are."""
    byte = bytes_of_alphabet()
    ours = [bytes(byte[c] for c in a + b).hex() for a, b in mine]
    theirs = theirs[:len(ours)]
    first = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), len(ours))
    shared = len(set(ours) & set(theirs))
    print(
        f"rustbpe: the first {first} merges are the same, and {shared} of {len(set(ours))} tokens "
        "in any order")
    return shared > 0.95 * len(set(ours))


def compare_tokenizers(mine, other):
    """Whether the merges are ours, one by one; says where they part."""
    first = next((i for i, (a, b) in enumerate(zip(mine, other)) if a != b), None)
    if first is None and len(mine) != len(other):
        first = min(len(mine), len(other))
    if first is None:
        print("tokenizers: the same merges in the same order")
        return True
    print(
        f"tokenizers: first difference at merge {first}: {mine[first:first + 3]} "
        f"{other[first:first + 3]}")
    print(f"merges of one side only: {len(set(mine) ^ set(other))}")
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--circadian", required=True, help="the command that is compared")
    parser.add_argument("--vocabulary", type=int, default=4096)
    parser.add_argument("--split", default="standard")
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    if arguments.peer:
        with open(arguments.files[0], encoding="utf-8") as file:
            return PEERS[arguments.peer](json.load(file))

    with tempfile.TemporaryDirectory() as folder:
        paths = write_parts(arguments.files, folder)
        size = sum(os.path.getsize(path) for path in paths)
        ours = os.path.join(folder, "ours.json")
        seconds, work, memory, _ = run([
            *arguments.circadian.split(), "tokenizer", "train", "--split", arguments.split,
            "--vocabulary", str(arguments.vocabulary), "--out", ours, *paths])
        document = model_of(ours)
        special = len(document["added_tokens"])
        setup = {
            "regex": document["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"],
            "isGPT2": arguments.split == "gpt2", "tokens": arguments.vocabulary - special,
            "paths": paths,
        }
        mine = merges_of(document["model"])
        print(f"{size / 1e6:.1f} MB, {len(paths)} texts, split {arguments.split}")
        print("              merges       s   s of work      MB")
        print_side("circadian", len(mine), seconds, work, memory)
        results = {}
        for name in PEERS:
            if importlib.util.find_spec(name) is None:
                print(f"{name:10}   missing")
                continue
            peer_seconds, peer_work, peer_memory, out = run_peer(name, setup, folder)
            results[name] = (peer_seconds / seconds, peer_work / work, model_of(out))
            merges = results[name][2]
            count = len(merges if name == "rustbpe" else merges_of(merges["model"]))
            print_side(name, count, peer_seconds, peer_work, peer_memory)
        for name, (time_ratio, work_ratio, _) in results.items():
            print(f"{name} over ours: {time_ratio:.2f} in time, {work_ratio:.2f} in work")
        same = True
        if "rustbpe" in results:
            same = compare_rustbpe(mine, results["rustbpe"][2])
        if "tokenizers" in results:
            same = compare_tokenizers(mine, merges_of(results["tokenizers"][2]["model"])) and same
        return 0 if same else 1


sys.exit(main())
