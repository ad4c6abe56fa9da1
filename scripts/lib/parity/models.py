"""Logits and greedy texts of every family against transformers, in one pass and token by token through the cache."""

import json
import pathlib

import numpy
import torch
import transformers

from families import (
    KINDS, PROMPT, SEED, Failure, distance, families, folder_name, greedy, load, our_greedy,
    our_logits, prompt, row, tokenizer_json, verdict)


def enlarge(model):
    for parameter in model.parameters():
        if parameter.ndim == 1:
            parameter.add_(torch.randn_like(parameter) * 0.2)
        else:
            parameter.mul_(4.0)


@torch.no_grad()
def make(folder):
    for name, (kind, arguments) in families().items():
        for label, (dtype, is_large) in KINDS.items():
            # Qwen 3 in several files.
            shard = "20KB" if name == "qwen3" else "5GB"
            make_one(folder / folder_name(name, label), kind, arguments, dtype, is_large, shard)
            save_reference(folder / folder_name(name, label), name, dtype)


@torch.no_grad()
def make_one(path, kind, arguments, dtype="float32", is_large=True, shard="5GB"):
    torch.manual_seed(SEED)
    configuration = kind(**arguments)
    configuration._attn_implementation = "eager"
    model = transformers.AutoModelForCausalLM.from_config(configuration).eval()
    if is_large:
        enlarge(model)
    model.to(getattr(torch, dtype)).save_pretrained(path, max_shard_size=shard)
    tokenizer_json(configuration.vocab_size).save(str(path / "tokenizer.json"))
    (path / "tokenizer_config.json").write_text(
        json.dumps({"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}))


@torch.no_grad()
def save_reference(path, name, dtype):
    """In the weights' own type, and in float32: what the weights say, whatever is rounded on the way."""
    # Beyond the original windows of those that scale.
    scales = any(word in name for word in ("long", "dynamic", "yarn", "3."))
    tokens = prompt(48 if scales else PROMPT)
    own = load(path, dtype)(torch.tensor([tokens])).logits[0].float().numpy()
    exact = load(path)
    logits = exact(torch.tensor([tokens])).logits[0].numpy()
    cache, cached = None, []
    for token in tokens:
        step = exact(torch.tensor([[token]]), past_key_values=cache, use_cache=True)
        cache = step.past_key_values
        cached.append(step.logits[0, 0].numpy())
    written = greedy(lambda ids: exact(torch.tensor([ids])).logits[0, -1].numpy())
    numpy.savez(
        path / "reference.npz", tokens=tokens, own=own, logits=logits, cached=cached, written=written)


def check(folder, circadian):
    """A line for every model; the number of those that do not agree."""
    bad = 0
    row("model", "weights", "one pass", "through the cache", "transformers itself", "deviation",
        "greedy tokens", "agrees")
    row(":--", ":--", "--:", "--:", "--:", "--:", ":--", ":--")
    for name in families():
        for label, (dtype, is_large) in KINDS.items():
            path = folder / folder_name(name, label)
            reference = numpy.load(path / "reference.npz")
            itself = distance(reference["own"], reference["logits"])
            try:
                once = our_logits(circadian, path, reference["tokens"])
                cached = our_logits(circadian, path, reference["tokens"], "--cached")
                compares_own = dtype == "bfloat16" and not is_large
                found = [
                    distance(once, reference["own" if compares_own else "logits"]),
                    distance(cached, reference["own" if compares_own else "cached"])]
                limit = 1e-4 if dtype == "float32" else itself if is_large else 2e-2
                same = our_greedy(circadian, path) == list(reference["written"])
                # What is rounded may fall otherwise where two tokens are nearly as likely.
                good, error = max(found) <= limit and (same or dtype != "float32"), ""
            except Failure as failure:
                found, same, good, error = [float("nan")] * 2, False, False, str(failure)
            bad += not good
            row(name, label, *(f"{value:.1e}" for value in found), f"{itself:.1e}",
                f"{reference['logits'].std():.2f}", "same" if same else "differ", verdict(good, error))
    return bad
