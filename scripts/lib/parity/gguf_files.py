"""GGUF files that Circadian writes, opened by llama.cpp and by itself."""

import ctypes

import llama_cpp
import numpy
import transformers

from models import make_one
from families import (
    COMMON, PROMPT, Failure, context_of, distance, families, folder_name, greedy, our_greedy, our_logits, prompt, row, run, verdict)

# What GGUF, or llama.cpp's reading of it, has no room for: Circadian says so instead of writing a file that means
# something else.
REFUSED = {
    "llama dynamic", "mistral", "qwen2.5 sliding", "smollm3 every other", "gemma3 scaled",
}
# llama.cpp reads no window of Phi-3's.
WITHOUT_WINDOW = {"phi-3"}
# Longer than the windows that are stretched: readers differ in when they stretch.
LONG_TEXT = "It was a dark night, and nobody knew who had locked the door."
TYPES = ("f32", "f16", "bf16", "q8_0", "q4_0")


def llama_logits(path, tokens):
    model = llama_cpp.Llama(
        str(path), n_ctx=256, logits_all=True, verbose=False, n_threads=1, n_batch=256)
    model.eval(list(tokens))
    return numpy.array(model.scores[: len(tokens)]), model


def llama_next(model):
    def next_logits(context):
        model.reset()
        model.eval(context)
        return model.scores[len(context) - 1]
    return next_logits


def compare_texts(ours, next_logits, distance):
    """Where two texts part, that must be between tokens that are as likely as can be told: (words, whether it is so)."""
    theirs = greedy(next_logits, LONG_TEXT)
    if ours == theirs:
        return "same", True
    place = next(i for i, pair in enumerate(zip(ours + [2], theirs + [2])) if pair[0] != pair[1])
    logits = next_logits(context_of(LONG_TEXT) + theirs[:place])
    margin = float(logits.max() - logits[(ours + [2])[place]])
    return f"part at token {place + 1}, margin {margin:.1e}", margin <= 2 * distance


def compare(circadian, name, kind, path, tokens):
    ours = our_logits(circadian, path, tokens)
    theirs, model = llama_logits(path, tokens)
    found = distance(ours, theirs)
    words, good = compare_texts(our_greedy(circadian, path, LONG_TEXT), llama_next(model), found)
    agree = (ours.argmax(-1) == theirs.argmax(-1)).mean()
    row(name, kind, f"{found:.1e}", f"{agree:.0%}", words, verdict(good))
    return not good


def compare_with_transformers(circadian, name, kind, source, path):
    reference = numpy.load(source / "reference.npz")
    found = distance(our_logits(circadian, path, reference["tokens"]), reference["logits"])
    # As far as the sixteen bits of a weight reach.
    limit = {"f32": 1e-4, "f16": 5e-3, "bf16": 5e-2}[kind]
    row(name, kind, f"{found:.1e} from transformers", "", "", verdict(found <= limit))
    return found > limit


def check(folder, circadian):
    bad = 0
    row("model", "type", "distance from llama.cpp", "likeliest token", "greedy tokens", "agrees")
    row(":--", ":--", "--:", "--:", ":--", ":--")
    for name in families():
        source = folder / folder_name(name, "float32")
        tokens = [int(token) for token in numpy.load(source / "reference.npz")["tokens"]]
        for kind in TYPES[:3] if name in WITHOUT_WINDOW else TYPES:
            path = source / f"model-{kind}.gguf"
            result = run(circadian, "model", "convert", source, path, "--type", kind)
            if result.returncode != 0:
                message = result.stderr.strip().splitlines()[-1]
                if name in REFUSED:
                    row(name, "", "", "", "", "refused: " + message.split(": ", 2)[-1])
                    break
                bad += 1
                row(name, kind, "", "", "", verdict(False, message))
                continue
            try:
                if name in WITHOUT_WINDOW:
                    bad += compare_with_transformers(circadian, name, kind, source, path)
                else:
                    bad += compare(circadian, name, kind, path, tokens)
            except (Failure, ValueError) as failure:
                bad += 1
                row(name, kind, "", "", "", verdict(False, str(failure)))
    return bad + check_blocks(folder, circadian)


def check_blocks(folder, circadian):
    """Files in blocks of 256, which llama.cpp quantises itself: they need wider rows than the others have."""
    path = folder / "wide"
    make_one(path, transformers.LlamaConfig, dict(
        COMMON, hidden_size=256, intermediate_size=512, num_attention_heads=4))
    tokens = prompt(PROMPT)
    whole = path / "model-f16.gguf"
    run(circadian, "model", "convert", path, whole, "--type", "f16")
    bad = 0
    for kind, number in (("Q4_K", llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_M), ("Q6_K", llama_cpp.LLAMA_FTYPE_MOSTLY_Q6_K)):
        small = path / f"model-{kind}.gguf"
        parameters = llama_cpp.llama_model_quantize_default_params()
        parameters.ftype = number
        parameters.nthread = 1
        llama_cpp.llama_model_quantize(
            str(whole).encode(), str(small).encode(), ctypes.byref(parameters))
        bad += compare(circadian, "llama, 256 wide", kind, small, tokens)
    return bad
