"""An individual on a Llama of the shape of SmolLM-135M: it reads, sleeps, and its night is loaded by peft and llama.cpp."""

import ctypes
import os
import shutil

import llama_cpp
import numpy
import peft
import torch
import transformers

from families import Failure, distance, load, our_logits, row, run, verdict
from models import make_one

SHAPE = dict(
    vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30,
    num_attention_heads=9, num_key_value_heads=3, max_position_embeddings=2048,
    tie_word_embeddings=True, bos_token_id=1, eos_token_id=2, pad_token_id=0)
TEXT = """The ferry to Inchkeith leaves at seven and returns at noon. Mara keeps the tickets in a tin
box, and her brother Tam rings the bell. On Sundays nobody sails, and the gulls sit on the rails.
"""
LENGTH = 24


def asked(circadian, *arguments):
    result = run(circadian, *arguments)
    if result.returncode != 0:
        raise Failure(f"{arguments[0]}: " + result.stderr.strip().splitlines()[-1])
    return result.stdout


def check(folder, circadian):
    path = folder / "individual"
    shutil.rmtree(path, ignore_errors=True)
    core = path / "core"
    make_one(core, transformers.LlamaConfig, SHAPE, is_large=False)
    episode = path / "day.txt"
    episode.write_text(TEXT)
    os.environ["CIRCADIAN_HOME"] = str(path / "home")
    asked(circadian, "model", "convert", core, path / "core.gguf", "--type", "f32")
    tokens = numpy.random.default_rng(1337).integers(3, 49152, LENGTH).tolist()
    bad = 0
    row("night", "changes logits by", "peft", "merged, transformers", "llama.cpp", "agrees")
    row(":--", "--:", "--:", "--:", "--:", ":--")
    for kind, options in (("lora", ["--rank", "4"]), ("slots", ["--slots", "8"])):
        try:
            bad += compare(circadian, path, core, kind, options, tokens, episode)
        except (Failure, ValueError, RuntimeError) as failure:
            bad += 1
            row(kind, "", "", "", "", verdict(False, str(failure)[:200]))
    return bad


@torch.no_grad()
def compare(circadian, path, core, kind, options, tokens, episode):
    name = f"ada-{kind}"
    asked(circadian, "new", name, "--core", core)
    asked(circadian, "read", name, episode)
    asked(circadian, "sleep", name, "--memory", kind, "--passes", "16", *options)
    answer = run(circadian, "chat", name, "--tokens", "8", stdin="When does the ferry leave?\n\n")
    if answer.returncode != 0:
        raise Failure("chat: " + answer.stderr.strip().splitlines()[-1])
    alone = our_logits(circadian, core, tokens)
    out = path / f"{name}.safetensors"
    ours = our_logits_of(circadian, name, tokens, out)
    changed = distance(alone, ours)
    saved = path / name
    asked(circadian, "export", name, saved)
    theirs = peft.PeftModel.from_pretrained(load(core), saved)(torch.tensor([tokens]))
    by_peft = distance(theirs.logits[0].numpy(), ours)
    merged = by_llama = ""
    if kind == "lora":
        asked(circadian, "export", name, path / "merged", "--form", "folder")
        merged = distance(load(path / "merged")(torch.tensor([tokens])).logits[0].numpy(), ours)
        asked(circadian, "export", name, path / "ada.gguf", "--form", "gguf")
        model = llama_cpp.Llama(
            str(path / "core.gguf"), lora_path=str(path / "ada.gguf"), n_ctx=64, logits_all=True,
            verbose=False, n_threads=1)
        model.eval(tokens)
        by_llama = distance(numpy.array(model.scores[:LENGTH]), ours)
    else:
        state = path / "ada.state"
        asked(circadian, "export", name, state, "--form", "llama-state", "--type", "f32")
        by_llama = distance(logits_after(state, path / "core.gguf", tokens), ours)
    good = by_peft <= 1e-4 and all(value == "" or value <= 2e-2 for value in (merged, by_llama))
    good = good and by_peft * 10 < changed
    row(kind, f"{changed:.1e}", f"{by_peft:.1e}", merged and f"{merged:.1e}",
        by_llama and f"{by_llama:.1e}", verdict(good))
    return not good


def logits_after(state, path, tokens):
    """What llama.cpp makes of tokens that follow a saved sequence."""
    model = llama_cpp.Llama(
        str(path), n_ctx=64, logits_all=True, verbose=False, n_threads=1, flash_attn=True,
        type_k=llama_cpp.GGML_TYPE_F32, type_v=llama_cpp.GGML_TYPE_F32)
    placeholders, count = (llama_cpp.llama_token * 64)(), ctypes.c_size_t()
    if not llama_cpp.llama_state_seq_load_file(
            model.ctx, str(state).encode(), 0, placeholders, len(placeholders), ctypes.byref(count)):
        raise Failure("llama.cpp does not load the saved sequence")
    model.n_tokens = count.value
    model.eval(tokens)
    return numpy.array(model.scores[count.value: count.value + len(tokens)])


def our_logits_of(circadian, name, tokens, out):
    from safetensors.numpy import load_file
    words = " ".join(str(token) for token in tokens)
    asked(circadian, "model", "logits", "--individual", name, "--tokens", words, "--out", out)
    return load_file(out)["logits"]
