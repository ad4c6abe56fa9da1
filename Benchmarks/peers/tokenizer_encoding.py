"""Compares encoding with tiktoken: every file, random strings, and every character there is.

    python tokenizer_encoding.py --circadian PATH --tokenizers FOLDER FILE-OR-FOLDER...

FOLDER holds tiktoken/cl100k_base.tiktoken, tiktoken/o200k_base.tiktoken, gpt2/vocab.bpe and
gpt2/encoder.json. Needs `tiktoken`. Texts are encoded one by one, as the command does where
an end-of-text token stands between them. The characters stand between letters, digits, spaces and one
another, so that each class of the patterns decides something. Times are of one thread, in turn.
Exit code 1 where an id differs.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

END = "<|endoftext|>"
WORDS = r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)?"""
PATTERNS = {
    "cl100k_base": r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+"""
    r"""| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s""",
    "o200k_base": "|".join([
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + WORDS,
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + WORDS,
        r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+",
    ]),
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
}
END_IDS = {"cl100k_base": 100257, "o200k_base": 199999, "gpt2": 50256}


def is_scalar(code):
    return not 0xD800 <= code < 0xE000


def random_strings(count, seed):
    """Strings of all planes, some scripts preferred, spaces and quotes between."""
    draw = random.Random(seed)
    ranges = [
        (0x20, 0x7F), (0, 0x21), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x530), (0x590, 0x700),
        (0x900, 0xE00), (0x1C80, 0x1C90), (0x2000, 0x2070), (0x3040, 0x3100), (0x4E00, 0xA000),
        (0xA7C0, 0xA7E0), (0xAC00, 0xD7A4), (0x10D40, 0x10D90), (0x11380, 0x113E3),
        (0x11F00, 0x11F5B), (0x16D40, 0x16D7A), (0x1E030, 0x1E090), (0x1E4D0, 0x1E600),
        (0x1F300, 0x1F650), (0x31350, 0x323B0), (0x10000, 0x30000), (0, 0x10000), (0, 0x110000),
    ]
    between = [32, 10, 13, 9, 0x85, 0xA0, 0x180E, 0x3000, 39, 115, 0x17F, 0x212A, 49, 47]
    strings = []
    for _ in range(count):
        length = draw.choice([1, 2, 5, 20, 60, 200])
        codes = []
        while len(codes) < length:
            low, high = draw.choice(ranges)
            for _ in range(draw.randint(1, 8)):
                is_between = draw.random() < 0.2
                codes.append(draw.choice(between) if is_between else draw.randrange(low, high))
        strings.append("".join(chr(code) for code in codes[:length] if is_scalar(code)))
    return strings


def every_character():
    return [
        f"a{c}b{c}B {c}1{c}{c}\n{c}{c}a'{c} {c} !{c}A{c}{c}" for c in map(chr, range(0x110000))
        if is_scalar(ord(c))
    ]


def read_texts(paths):
    texts = {}
    for path in paths:
        walked = [path] if os.path.isfile(path) else [
            os.path.join(folder, name) for folder, _, names in sorted(os.walk(path))
            for name in sorted(names)
        ]
        for file in walked:
            with open(file, "rb") as source:
                texts[file] = source.read().decode("utf-8", "replace")
    return texts


def open_peer(name, folder):
    import tiktoken
    from tiktoken.load import data_gym_to_mergeable_bpe_ranks, load_tiktoken_bpe

    if name == "gpt2":
        ranks = data_gym_to_mergeable_bpe_ranks(
            os.path.join(folder, "gpt2/vocab.bpe"), os.path.join(folder, "gpt2/encoder.json"))
    else:
        ranks = load_tiktoken_bpe(os.path.join(folder, f"tiktoken/{name}.tiktoken"))
    return tiktoken.Encoding(
        name, pat_str=PATTERNS[name], mergeable_ranks=ranks, special_tokens={END: END_IDS[name]})


def encode_here(command, tokenizer, texts, end):
    """The ids of every text, by one run of the command."""
    with tempfile.NamedTemporaryFile("wb") as file:
        file.write(END.join(texts).encode())
        file.flush()
        output = subprocess.run(
            [*command, "tokenizer", "encode", "--special", "--tokenizer", tokenizer, "--file",
             file.name], check=True, stdout=subprocess.PIPE, text=True).stdout
    ids = [[]]
    for id in map(int, output.split()):
        if id == end:
            ids.append([])
        else:
            ids[-1].append(id)
    return ids


def compare(kind, labels, texts, ours, peer):
    if len(ours) != len(texts):
        print(f"  {kind}: {len(ours)} results for {len(texts)} texts")
        return 1
    wrong = [i for i, text in enumerate(texts) if peer.encode_ordinary(text) != ours[i]]
    print(f"  {kind}: {len(texts)} texts, {sum(map(len, ours))} ids, {len(wrong)} texts differ")
    for index in wrong[:10]:
        print(f"    {labels[index]}: {texts[index][:40]!r}")
    return len(wrong)


def compare_speed(command, tokenizer, files, peer):
    texts = list(read_texts(files).values())
    size = sum(len(text.encode()) for text in texts)
    ratios = []
    for _ in range(3):
        report = json.loads(subprocess.run(
            [*command, "tokenizer", "evaluate", "--json", "--tokenizer", tokenizer, *files],
            check=True, stdout=subprocess.PIPE).stdout)["results"][0]
        begin = time.perf_counter()
        count = sum(len(peer.encode_ordinary(text)) for text in texts)
        seconds = time.perf_counter() - begin
        ours = report["megabytesPerSecond"]
        ratios.append((ours / (size / seconds / 1e6), ours, report["tokens"], count, seconds))
    ratio, ours, tokens, count, seconds = sorted(ratios)[1]
    print(
        f"  speed: {ours:.1f} MB/s here ({ours * tokens / size:.2f}M tokens/s), "
        f"{size / seconds / 1e6:.1f} MB/s tiktoken ({count / seconds / 1e6:.2f}M tokens/s): "
        f"{ratio:.2f} times (median of 3)")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--circadian", required=True, help="the command that is compared")
    parser.add_argument("--tokenizers", required=True, help="the folder of published vocabularies")
    parser.add_argument("--strings", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", nargs="*", default=[], help="files whose encoding is timed")
    parser.add_argument("paths", nargs="+")
    arguments = parser.parse_args()
    command = arguments.circadian.split()
    texts = read_texts(arguments.paths)
    strings = random_strings(arguments.strings, arguments.seed)
    characters = every_character()
    wrong = 0
    for name in PATTERNS:
        print(name)
        peer = open_peer(name, arguments.tokenizers)
        path = os.path.join(
            arguments.tokenizers, "gpt2" if name == "gpt2" else f"tiktoken/{name}.tiktoken")
        for kind, labels, group in [
            ("files", list(texts), list(texts.values())),
            ("random strings", range(len(strings)), strings),
            ("characters", [f"U+{ord(text[1]):04X}" for text in characters], characters),
        ]:
            ours = encode_here(command, path, group, END_IDS[name])
            wrong += compare(kind, labels, group, ours, peer)
        if arguments.speed:
            compare_speed(command, path, arguments.speed, peer)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
