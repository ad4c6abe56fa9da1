"""Writes what tiktoken makes of characters and seeded strings, for a test that runs without it.

    python tokenizer_fixture.py --tokenizers FOLDER > Tests/TokenizersTests/TiktokenFixture.swift

FOLDER is that of `tokenizer_encoding.py`. Classes are asked of tiktoken one character at a time; the
test makes the same strings from the same seed. Needs `tiktoken`.
"""

import argparse

import tokenizer_encoding as encoding

CLASSES = ["L", "Lu", "Ll", "Lt", "Lm", "Lo", "N", "M", "s"]
MASK = (1 << 64) - 1
COUNT = 256


def digest(numbers):
    """FNV-1a, a whole number at a time."""
    value = 0xCBF29CE484222325
    for number in numbers:
        value = (value ^ number) * 0x100000001B3 & MASK
    return value


def members(name):
    """The characters that tiktoken's patterns take for a class's."""
    import tiktoken

    expression = r"\s" if name == "s" else rf"\p{{{name}}}"
    peer = tiktoken.Encoding(
        name, pat_str=expression, mergeable_ranks={bytes([b]): b for b in range(256)},
        special_tokens={})
    text = "".join(map(chr, filter(encoding.is_scalar, range(0x110000))))
    return [ord(character) for character in peer.decode(peer.encode_ordinary(text))]


class Draws:
    """SplitMix64, as the test has it."""

    def __init__(self, state):
        self.state = state

    def below(self, count):
        self.state = self.state + 0x9E3779B97F4A7C15 & MASK
        mixed = self.state
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & MASK
        return (mixed ^ mixed >> 31) % count


RANGES = [
    (0x20, 0x7F), (0x20, 0x7F), (0x0, 0x21), (0xA0, 0x250), (0x300, 0x370), (0x400, 0x530),
    (0x890, 0x980), (0x1C80, 0x1C90), (0x2000, 0x2070), (0x3040, 0x3100), (0x4E00, 0xA000),
    (0xA7C0, 0xA7E0), (0x105C0, 0x105F4), (0x10D40, 0x10D90), (0x11380, 0x113E3),
    (0x11F00, 0x11F5B), (0x16D40, 0x16D7A), (0x1E4D0, 0x1E600), (0x1F300, 0x1F650),
    (0x31350, 0x323B0), (0x0, 0xD800), (0xE000, 0x110000),
]


def strings():
    draws = Draws(11)
    for index in range(COUNT):
        text = ""
        while len(text) <= index % 48:
            low, high = RANGES[draws.below(len(RANGES))]
            for _ in range(1 + draws.below(4)):
                text += chr(low + draws.below(high - low))
        yield text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokenizers", required=True)
    folder = parser.parse_args().tokenizers
    print("// Written by Benchmarks/peers/tokenizer_fixture.py: what tiktoken 0.14 makes of text.\n")
    print("enum TiktokenFixture {")
    print("  /// The members of each class: how many, and FNV-1a of their code points in order.")
    print("  static let classes: [(name: String, count: Int, digest: UInt64)] = [")
    for name in CLASSES:
        codes = members(name)
        print(f'    ("{name}", {len(codes)}, 0x{digest(codes):016X}),')
    print("  ]\n")
    print("  /// The ranges that the strings are drawn from, each without its upper bound.")
    print("  static let ranges: [Range<UInt32>] = [")
    for start in range(0, len(RANGES), 4):
        row = ", ".join(f"0x{a:X}..<0x{b:X}" for a, b in RANGES[start:start + 4])
        print(f"    {row},")
    print("  ]\n")
    print("  /// The lower half of FNV-1a of each string's ids.")
    print("  static let digests: [(tokenizer: String, digests: String)] = [")
    for name in encoding.PATTERNS:
        peer = encoding.open_peer(name, folder)
        words = [f"{digest(peer.encode_ordinary(t)) & 0xFFFFFFFF:08x}" for t in strings()]
        path = "gpt2" if name == "gpt2" else f"tiktoken/{name}.tiktoken"
        print(f'    (\n      "{path}",\n      """')
        for start in range(0, len(words), 10):
            print("      " + " ".join(words[start:start + 10]))
        print('      """\n    ),')
    print("  ]\n}")


main()
