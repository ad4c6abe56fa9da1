#!/usr/bin/env python3
"""Compares what `circadian tokenizer` makes of text with the libraries that published the formats.

    token_ids.py CIRCADIAN [--data FOLDER] [--count 10000] [--seed 1] [--only NAME]

CIRCADIAN is the program. FOLDER holds published vocabularies (`tokenizers/gpt2`, `llama2`, `phi-3`,
`llama3`, `qwen2.5`, `tiktoken`, `vectors`); what it lacks is left out and named. Needs the Python packages
`tokenizers`, `sentencepiece` and `tiktoken`. Ends with 1 where anything differs.
"""

import argparse
import base64
import json
import pathlib
import random
import subprocess
import sys
import tempfile

SPECIAL = ["<s>", "</s>", "<unk>", "<|endoftext|>", "<|end|>", "<|user|>", "[CLS]", "[SEP]", "[UNK]",
           "[MASK]", "<pad>", "<mask>", "<tool>", "<x>", "</w>", "##", "▁", "Ġ", "<0x41>"]
WORDS = """the of and a in to was hello world It's don't WE'LL Zürich naïve café résumé coöperate cat cats
catalogue low lower lowest newer wider unhappiness tokenizer 12 345 6789 3.14 1e-9 x_y fooBar HTMLParser
def return for(i=0;i<n;i++){ } => != /* // #include <stdio.h> if(x) print("hi") \\n \\t""".split()
# Characters that the libraries' older tables of Unicode know, by script and kind.
RANGES = [(0x20, 0x7E)] * 4 + [
    (0x00, 0x1F), (0x7F, 0x9F), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF),
    (0x531, 0x556), (0x5D0, 0x5EA), (0x620, 0x64A), (0x64B, 0x652), (0x660, 0x669), (0x905, 0x939),
    (0x93E, 0x94D), (0x966, 0x96F), (0xE01, 0xE3A), (0x10D0, 0x10F0), (0x1100, 0x1112), (0x1161, 0x1175),
    (0x11A8, 0x11C2), (0x1E00, 0x1EFF), (0x2000, 0x200F), (0x2010, 0x2027), (0x2028, 0x202F),
    (0x2030, 0x205E), (0x2070, 0x207F), (0x20A0, 0x20B5), (0x2100, 0x214F), (0x2150, 0x2188),
    (0x2190, 0x22FF), (0x2460, 0x24FF), (0x2500, 0x25FF), (0x3000, 0x303F), (0x3041, 0x3096),
    (0x30A1, 0x30FF), (0x3200, 0x33FF), (0x3400, 0x4DB5), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3),
    (0xE000, 0xE010), (0xF900, 0xFA2D), (0xFB00, 0xFB06), (0xFE00, 0xFE0F), (0xFE20, 0xFE23),
    (0xFF01, 0xFFEE), (0xFFFC, 0xFFFD), (0x10330, 0x1034A), (0x1D400, 0x1D433), (0x1F1E6, 0x1F1FF),
    (0x1F300, 0x1F5FF), (0x1F600, 0x1F64F), (0x1F680, 0x1F6C5), (0x20000, 0x2A6D6)]
CLUSTERS = ["👨‍👩‍👧", "👍🏽", "🇩🇪", "e\u0301", "A\u030a", "\u1112\u1161\u11ab", "ﬁ", "①", "½", "Ⅷ", "İ", "ß", "ς",
            "क्षि", "ก็", "\r\n", "“”", "…", "—", "日本語", "你好", "안녕", "مرحبا", "שלום", "Привет", "\ufeff"]


def random_text(random):
    """A mix of words, code, scripts, emoji, combining marks, controls, runs of space and special tokens."""
    parts = []
    for _ in range(random.choice([0, 1, 1, 2, 3, 5, 8, 13, 30])):
        kind = random.random()
        if kind < 0.35:
            parts.append(random.choice(WORDS))
        elif kind < 0.5:
            parts.append(random.choice([" ", "  ", "\n", "\n\n", "\t", " " * random.randint(1, 20), " \n ", "\u3000"]))
        elif kind < 0.75:
            low, high = random.choice(RANGES)
            parts.append("".join(chr(random.randint(low, high)) for _ in range(random.randint(1, 6))))
        elif kind < 0.88:
            parts.append(random.choice(CLUSTERS))
        else:
            parts.append(random.choice(SPECIAL))
        if random.random() < 0.5:
            parts.append(" ")
    return "".join(parts)


class Program:
    """The program under test."""

    def __init__(self, path):
        self.path = path

    def _run(self, action, tokenizer, lines, options):
        command = [self.path, "tokenizer", action, "--tokenizer", str(tokenizer), "--lines", *options]
        done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()[:500]}")
        if done.stderr:
            print(done.stderr.strip()[:500])
        return done.stdout.split("\n")[: len(lines)]

    def encode(self, tokenizer, texts, *options):
        lines = self._run("encode", tokenizer, [json.dumps(text) for text in texts], options)
        return [[int(word) for word in line.split()] for line in lines]

    def decode(self, tokenizer, ids):
        lines = self._run("decode", tokenizer, [" ".join(map(str, line)) for line in ids], [])
        return [json.loads(line) for line in lines]


class Comparison:
    def __init__(self):
        self.failed = []
        self.checks = 0

    def equal(self, name, inputs, ours, theirs):
        """Counts where two lists differ and prints the first places."""
        self.checks += 1
        different = [i for i, (mine, other) in enumerate(zip(ours, theirs)) if mine != other]
        if len(ours) != len(theirs):
            different.append(min(len(ours), len(theirs)))
        print(f"{'FAIL' if different else 'ok  '} {name}: {len(theirs) - len(different)} of {len(theirs)}",
              flush=True)
        for index in different[:3]:
            print(f"     {inputs[index]!r}\n       circadian {ours[index]!r}\n       reference {theirs[index]!r}")
        if different:
            self.failed.append(name)


def compare_hugging_face(program, comparison, name, path, texts, random, decodes=True):
    """Ids with and without special tokens and framed, and the text of these and of random ids."""
    reference = hugging_face(path)
    reference.no_truncation()
    reference.no_padding()

    def encode(**options):
        return [encoding.ids for encoding in reference.encode_batch(texts, **options)]

    with_special = encode(add_special_tokens=False)
    comparison.equal(f"{name}, special tokens", texts, program.encode(path, texts, "--special"), with_special)
    framed = encode(add_special_tokens=True)
    comparison.equal(f"{name}, framed", texts, program.encode(path, texts, "--special", "--framed"), framed)
    reference.encode_special_tokens = True
    plain = encode(add_special_tokens=False)
    comparison.equal(f"{name}, plain", texts, program.encode(path, texts), plain)
    if decodes:
        ids = framed + [[random.randrange(reference.get_vocab_size()) for _ in range(random.randint(1, 8))]
                        for _ in range(min(len(texts), 1000) // 2)]
        # The library writes these in their normalised form, and does not leave the special ones among them out.
        normalized = {index for index, token in reference.get_added_tokens_decoder().items() if token.normalized}
        if reference.normalizer:
            ids = [line for line in ids if not normalized.intersection(line)]
        theirs = [decoded(reference, line) for line in ids]
        ids, theirs = ([part[i] for i, text in enumerate(theirs) if text is not None] for part in (ids, theirs))
        ours = program.decode(path, ids)
        if has_byte_fallback(path):
            # Of a run of byte tokens that is broken somewhere, the library gives up all.
            keep = [i for i, text in enumerate(theirs) if "\ufffd" not in text]
            ids, ours, theirs = ([part[i] for i in keep] for part in (ids, ours, theirs))
        comparison.equal(f"{name}, decoded", ids, ours, theirs)


def decoded(reference, ids):
    """The library's text; None where it panics, as its Strip does on a token that is empty."""
    try:
        return reference.decode(ids, skip_special_tokens=True)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return None


def hugging_face(path):
    """The library's tokenizer; it does not read merges of tokens that hold spaces where they are one string."""
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(path))
    except Exception:
        contents = json.loads(path.read_text())
        model = contents["model"]
        pairs = [merge.split(" ") for merge in model["merges"]]
        for pair in pairs:
            if len(pair) != 2:
                text = " ".join(pair)
                cuts = [i for i, c in enumerate(text) if c == " " and text[:i] in model["vocab"] and text[i + 1:] in model["vocab"]]
                pair[:] = [text[: cuts[0]], text[cuts[0] + 1:]]
        model["merges"] = pairs
        return Tokenizer.from_str(json.dumps(contents))


def has_byte_fallback(path):
    return '"ByteFallback"' in path.read_text()


def published(program, comparison, data, texts, random):
    for name in ["gpt2/gpt2_tokenizer.json", "phi-3/tokenizer.json", "llama2/tokenizer.json"]:
        path = data / "tokenizers" / name
        if path.exists():
            compare_hugging_face(program, comparison, name, path, texts, random)
        else:
            print(f"left out: {path}")


def vectors(program, comparison, data, texts, random):
    """The ids that llama.cpp publishes for its test texts."""
    pairs = [("gpt2/gpt2_tokenizer.json", "gpt-2"), ("gpt2/encoder.json", "gpt-2"), ("llama3/tokenizer.model", "llama-bpe"),
             ("qwen2.5/vocab.json", "qwen2"), ("llama2/tokenizer.model", "llama-spm"), ("llama2/tokenizer.json", "llama-spm"),
             ("llama2/tokenizer.bin", "llama-spm"), ("phi-3/tokenizer.json", "phi-3"),
             ("vectors/ggml-vocab-gpt-2.gguf", "gpt-2"), ("vectors/ggml-vocab-llama-spm.gguf", "llama-spm")]
    for name, vector in pairs:
        path = data / "tokenizers" / name
        stem = data / "tokenizers" / "vectors" / f"ggml-vocab-{vector}.gguf"
        if not path.exists():
            print(f"left out: {path}")
            continue
        inputs = stem.with_name(stem.name + ".inp").read_text().split("\n__ggml_vocab_test__\n")
        outputs = [[int(word) for word in line.split()]
                   for line in stem.with_name(stem.name + ".out").read_text().split("\n")][: len(inputs)]
        try:
            comparison.equal(f"vectors {vector} by {name}", inputs, program.encode(path, inputs), outputs)
        except RuntimeError as error:
            print(f"left out: {error}" if "GGUF" in str(error) else f"FAIL {error}")


def rank_files(program, comparison, data, texts, random):
    import tiktoken
    from tiktoken_ext import openai_public

    def ranks(path):
        return {base64.b64decode(line.split()[0]): int(line.split()[1]) for line in path.read_bytes().splitlines() if line}

    patterns = {"tiktoken/cl100k_base.tiktoken": openai_public.cl100k_pat_str if hasattr(openai_public, "cl100k_pat_str") else
                r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s""",
                "llama3/tokenizer.model":
                r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""}
    for name, pattern in patterns.items():
        path = data / "tokenizers" / name
        if not path.exists():
            print(f"left out: {path}")
            continue
        reference = tiktoken.Encoding("x", pat_str=pattern, mergeable_ranks=ranks(path), special_tokens={})
        comparison.equal(f"{name}", texts, program.encode(path, texts), [reference.encode_ordinary(text) for text in texts])


CORPUS = """The quick brown fox jumps over the lazy dog. It's a low, lower, lowest newer wider thing!
Tokenizers cut words into pieces; pieces make texts, and texts make models learn what people wrote.
Zürich, café, naïve résumé. Привет мир, добрый день. 日本語のテキスト 你好世界 안녕하세요. مرحبا بالعالم.
def main(): return [x for x in range(10) if x % 2 == 0]  # 12 345 6789
We'll say hello world, don't we? unhappiness catalogue cats cat. ﬁne ½ cups ① ② Ⅷ."""


def small_tokenizers(folder):
    """A tokenizer for every kind of component, trained on a few lines."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    lines = CORPUS.splitlines() * 3
    special = ["[UNK]", "[CLS]", "[SEP]", "[MASK]", "<s>", "</s>", "<pad>"]

    def save(name, model, trainer, normalizer=None, pre_tokenizer=None, decoder=None, processor=None, added=()):
        tokenizer = Tokenizer(model)
        if normalizer: tokenizer.normalizer = normalizer
        if pre_tokenizer: tokenizer.pre_tokenizer = pre_tokenizer
        if decoder: tokenizer.decoder = decoder
        tokenizer.train_from_iterator(lines, trainer)
        if processor: tokenizer.post_processor = processor(tokenizer)
        for token in added:
            (tokenizer.add_special_tokens if token.special else tokenizer.add_tokens)([token])
        path = folder / f"{name}.json"
        tokenizer.save(str(path))
        return name, path

    def bpe(**options):
        return models.BPE(unk_token="[UNK]", **options)

    def bpe_trainer(**options):
        return trainers.BpeTrainer(vocab_size=400, special_tokens=special, show_progress=False, **options)

    n, p, d = normalizers, pre_tokenizers, decoders
    bytes_ = p.ByteLevel.alphabet()
    charsmap = sentencepiece_charsmap(folder)
    for name, normalizer in {
        "NFC": n.NFC(), "NFD": n.NFD(), "NFKC": n.NFKC(), "NFKD": n.NFKD(), "Lowercase": n.Lowercase(), "Strip": n.Strip(),
        "StripLeft": n.Strip(left=True, right=False), "StripAccents": n.Sequence([n.NFD(), n.StripAccents()]),
        "ReplaceString": n.Replace("a", "bc"), "ReplaceRegex": n.Replace(Regex(r"\s+|$"), "_"), "Prepend": n.Prepend("▁"),
        "Precompiled": n.Precompiled(charsmap), "Bert": n.BertNormalizer(), "BertCased": n.BertNormalizer(lowercase=False),
        "BertPlain": n.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False),
        "Nmt": n.Nmt(), "Sequence": n.Sequence([n.NFKC(), n.Lowercase(), n.Replace(Regex(" {2,}"), " ")])}.items():
        yield save(f"normalizer-{name}", bpe(), bpe_trainer(initial_alphabet=bytes_), n.Sequence([normalizer, n.ByteLevel()]), None, d.ByteLevel(),
                   added=[AddedToken("<tool>", normalized=True), AddedToken("<x>", normalized=False)])
    for name, pre_tokenizer in {
        "ByteLevel": p.ByteLevel(add_prefix_space=True), "ByteLevelPlain": p.ByteLevel(add_prefix_space=False, use_regex=False),
        "Digits": p.Digits(False), "DigitsAlone": p.Digits(True), "Whitespace": p.Whitespace(), "WhitespaceSplit": p.WhitespaceSplit(),
        "Punctuation": p.Punctuation(), "PunctuationRemoved": p.Punctuation("removed"), "PunctuationNext": p.Punctuation("merged_with_next"),
        "Bert": p.BertPreTokenizer(), "CharDelimiterSplit": p.CharDelimiterSplit("e"), "FixedLength": p.FixedLength(3),
        "Metaspace": p.Metaspace(), "MetaspaceFirst": p.Metaspace(prepend_scheme="first"), "MetaspaceNever": p.Metaspace(prepend_scheme="never"),
        "MetaspaceWhole": p.Metaspace(split=False), "MetaspaceOther": p.Metaspace(replacement="_", prepend_scheme="first"),
        "SplitString": p.Split("e", "merged_with_previous"), "SplitInverted": p.Split(Regex(r"\w+"), "removed", invert=True),
        "SplitLines": p.Split(Regex(r"^\s*|\s+$"), "isolated"), "SplitAhead": p.Split(Regex(r"(?=[A-Z])|\d{1,3}+"), "isolated"),
        "SplitWords": p.Split(Regex(r"[\w']+|\h+"), "contiguous"),
        "Sequence": p.Sequence([p.WhitespaceSplit(), p.Punctuation(), p.Digits(True), p.Metaspace(prepend_scheme="first")])}.items():
        yield save(f"pre-tokenizer-{name}", bpe(), bpe_trainer(), None, pre_tokenizer, d.Metaspace() if "Meta" in name else None)
    yield save("metaspace-stripped", bpe(), bpe_trainer(), n.Strip(), p.Metaspace(prepend_scheme="first"), d.Metaspace(prepend_scheme="first"))
    for behavior in ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]:
        for invert in [False, True]:
            yield save(f"split-{behavior}-{invert}", bpe(), bpe_trainer(), None, p.Split(Regex(r"\s|[aeiou]"), behavior, invert))
    llama = d.Sequence([d.Replace("▁", " "), d.ByteFallback(), d.Fuse(), d.Strip(" ", 1, 0)])
    spaces = n.Sequence([n.Prepend("▁"), n.Replace(" ", "▁")])
    yield save("bpe-bytes", bpe(byte_fallback=True, fuse_unk=True), trainers.BpeTrainer(vocab_size=700, special_tokens=special + [f"<0x{b:02X}>" for b in range(256)], show_progress=False), spaces, None, llama)
    yield save("bpe-some-bytes", bpe(byte_fallback=True), trainers.BpeTrainer(vocab_size=700, special_tokens=special + [f"<0x{b:02X}>" for b in range(0, 256, 2)], show_progress=False), spaces, None, llama)
    yield save("bpe-unknown", bpe(), bpe_trainer(), None, p.Whitespace())
    yield save("bpe-unknown-fused", bpe(fuse_unk=True), bpe_trainer(), None, p.WhitespaceSplit())
    yield save("bpe-dropped", models.BPE(), bpe_trainer(), None, p.WhitespaceSplit())
    yield save("bpe-suffix", bpe(end_of_word_suffix="</w>"), bpe_trainer(end_of_word_suffix="</w>"), n.Lowercase(), p.Whitespace(), d.BPEDecoder())
    yield save("bpe-prefix", bpe(continuing_subword_prefix="##"), bpe_trainer(continuing_subword_prefix="##"), None, p.Whitespace(), d.WordPiece())
    yield save("bpe-whole-words", bpe(ignore_merges=True), bpe_trainer(), None, p.WhitespaceSplit())
    yield save("roberta", models.BPE(), bpe_trainer(initial_alphabet=bytes_), n.NFC(), p.ByteLevel(), d.ByteLevel(),
               lambda t: processors.RobertaProcessing(("</s>", t.token_to_id("</s>")), ("<s>", t.token_to_id("<s>"))),
               [AddedToken("<mask>", lstrip=True, special=True), AddedToken("<x>", rstrip=True), AddedToken("<tool>", single_word=True, special=True)])
    yield save("qwen", models.BPE(), bpe_trainer(initial_alphabet=bytes_), n.NFC(),
               p.Sequence([p.Split(Regex(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"), "isolated"), p.ByteLevel(add_prefix_space=False, use_regex=False)]),
               d.ByteLevel(), lambda t: processors.Sequence([processors.ByteLevel(), processors.TemplateProcessing("<s> $A </s>", "<s> $A </s> $B", [("<s>", 4), ("</s>", 5)])]),
               [AddedToken("<x>", normalized=False), AddedToken("<mask>", lstrip=True, rstrip=True, normalized=False)])
    wordpiece = trainers.WordPieceTrainer(vocab_size=400, special_tokens=special, show_progress=False)
    yield save("bert", models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=20), wordpiece, n.BertNormalizer(), p.BertPreTokenizer(), d.WordPiece(),
               lambda t: processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1)), [AddedToken("<x>", single_word=True, lstrip=True), AddedToken("Tool", normalized=True)])
    yield save("wordpiece-plain", models.WordPiece(unk_token="[UNK]"), wordpiece, None, p.Whitespace(), d.WordPiece(cleanup=False),
               lambda t: processors.TemplateProcessing("[CLS]:0 $A:0 [SEP]:0", "[CLS] $A [SEP] $B:1 [SEP]:1", [("[CLS]", 1), ("[SEP]", 2)]))
    yield save("wordlevel", models.WordLevel(unk_token="[UNK]"), trainers.WordLevelTrainer(special_tokens=special, show_progress=False), n.Lowercase(), p.Whitespace())
    yield save("ctc", models.WordLevel(unk_token="[UNK]"), trainers.WordLevelTrainer(special_tokens=special + ["|"], show_progress=False), None, p.Split("", "isolated"), d.CTC())
    for bytes_too in [False, True]:
        names = special + ([f"<0x{b:02X}>" for b in range(256)] if bytes_too else [])
        unigram = trainers.UnigramTrainer(vocab_size=600, special_tokens=names, unk_token="[UNK]", show_progress=False)
        tokenizer = save(f"unigram-{bytes_too}", models.Unigram(), unigram, n.Sequence([n.Precompiled(charsmap), n.Replace(Regex(" {2,}"), " ")]),
                         p.Metaspace(), d.Sequence([d.ByteFallback(), d.Metaspace()]) if bytes_too else d.Metaspace(),
                         lambda t: processors.TemplateProcessing("$A </s>", "$A </s> $B </s>", [("</s>", 5)]))
        contents = json.loads(tokenizer[1].read_text())
        contents["model"]["byte_fallback"] = bytes_too
        tokenizer[1].write_text(json.dumps(contents))
        yield tokenizer
    for name, decoder in {"Replace": d.Replace("th", "z"), "FusedReplace": d.Sequence([d.Fuse(), d.Replace("he", "[]"), d.Strip("x", 1, 1)]),
                          "FusedRegex": d.Sequence([d.Fuse(), d.Replace(Regex("[aeiou]+"), "*")]), "Strip": d.Strip("e", 2, 0), "Fuse": d.Fuse()}.items():
        yield save(f"decoder-{name}", bpe(), bpe_trainer(), None, None, decoder)


def sentencepiece_charsmap(folder):
    from sentencepiece import sentencepiece_model_pb2 as proto

    model = proto.ModelProto()
    model.ParseFromString(sentencepiece_model(folder, "charsmap", "unigram", normalization_rule_name="nmt_nfkc").read_bytes())
    return model.normalizer_spec.precompiled_charsmap


def sentencepiece_model(folder, name, kind, **options):
    import sentencepiece

    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(CORPUS.splitlines() * 20))
    prefix = folder / name
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus), model_prefix=str(prefix), model_type=kind, vocab_size=options.pop("vocab_size", 300), hard_vocab_limit=False,
        character_coverage=options.pop("character_coverage", 0.98), minloglevel=2, **options)
    return prefix.with_suffix(".model")


def sentencepiece_models(folder):
    for kind in ["unigram", "bpe", "char", "word"]:
        for rule in ["identity", "nmt_nfkc", "nmt_nfkc_cf"]:
            size = {"vocab_size": 600}
            bytes_ = [False] if kind in ["char", "word"] else [False, True]
            for fallback in bytes_:
                yield f"{kind}-{rule}-{fallback}", sentencepiece_model(folder, f"{kind}-{rule}-{fallback}", kind, normalization_rule_name=rule, byte_fallback=fallback, **size)
        yield f"{kind}-spaces", sentencepiece_model(folder, f"{kind}-spaces", kind, normalization_rule_name="identity", remove_extra_whitespaces=False, **size)
        yield f"{kind}-suffix", sentencepiece_model(folder, f"{kind}-suffix", kind, treat_whitespace_as_suffix=True, **size)
        yield f"{kind}-no-prefix", sentencepiece_model(folder, f"{kind}-no-prefix", kind, add_dummy_prefix=False, **size)
        yield f"{kind}-symbols", sentencepiece_model(folder, f"{kind}-symbols", kind, user_defined_symbols=["<tool>", "ﬁ", "hello", "①②", "<x>"], **size)


def compare_sentencepiece(program, comparison, name, path, texts, random):
    import sentencepiece

    reference = sentencepiece.SentencePieceProcessor(model_file=str(path))
    theirs = [reference.encode(text) for text in texts]
    comparison.equal(name, texts, program.encode(path, texts), theirs)
    ids = theirs + [[random.randrange(reference.get_piece_size()) for _ in range(random.randint(1, 8))] for _ in range(500)]
    # The library writes unknown tokens as a sign; here they stand for nothing, as all special ones, and the one
    # that begins a text begins another within ids as well.
    apart = {reference.unk_id(), reference.bos_id()}
    ids = [line for line in ids if not apart.intersection(line)]
    comparison.equal(f"{name}, decoded", ids, program.decode(path, ids), [reference.decode(line) for line in ids])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[4] / "shared" / "data")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="compare only names that contain this")
    options = parser.parse_args()
    seeded = random.Random(options.seed)
    program, comparison = Program(options.program), Comparison()
    texts = [random_text(seeded) for _ in range(options.count)]
    few = texts[: max(1, options.count // 10)]
    for section in [published, vectors, rank_files]:
        if options.only in section.__name__:
            section(program, comparison, options.data, texts, seeded)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        kinds = [("tokenizers: ", small_tokenizers, compare_hugging_face), ("sentencepiece: ", sentencepiece_models, compare_sentencepiece)]
        for prefix, make, compare in kinds:
            if options.only and not options.only.startswith(prefix.strip(": ")):
                continue
            for name, path in make(folder):
                if options.only.split(":")[-1].strip() not in name and ":" in options.only:
                    continue
                try:
                    compare(program, comparison, prefix + name, path, few, seeded)
                except RuntimeError as error:
                    comparison.failed.append(name)
                    print(f"FAIL {prefix}{name}: {error}")
    print(f"{comparison.checks - len(comparison.failed)} of {comparison.checks} comparisons are equal")
    return 1 if comparison.failed else 0


if __name__ == "__main__":
    sys.exit(main())
