"""Adapters that peft trained, opened by Circadian, alone and merged; llama.cpp opens what is merged."""

import json
import shutil

import numpy
import peft
import torch
import transformers

from families import (
    SEED, Failure, distance, families, folder_name, load, our_logits, prompt, row, run, verdict)
from gguf_files import REFUSED, WITHOUT_WINDOW, llama_logits

LENGTH = 16


@torch.no_grad()
def adapter(path, kind):
    """A random adapter of a model's every matrix, saved beside it, and the logits with it."""
    torch.manual_seed(SEED)
    model = load(path)
    if kind == "LoRA":
        names = [
            name for name, module in model.named_modules()
            if isinstance(module, (torch.nn.Linear, transformers.pytorch_utils.Conv1D))
            and not name.endswith(("lm_head", "embed_out"))]
        configuration = peft.LoraConfig(
            r=4, lora_alpha=6, target_modules=names, task_type="CAUSAL_LM",
            fan_in_fan_out=model.config.model_type == "gpt2")
    else:
        configuration = peft.PrefixTuningConfig(
            num_virtual_tokens=6, task_type="CAUSAL_LM", token_dim=0, **heads(model))
        configuration.token_dim = configuration.num_attention_heads * head_width(model)
    model = peft.get_peft_model(model, configuration)
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            parameter.copy_(torch.randn_like(parameter) * (0.1 if kind == "LoRA" else 0.5))
    out = path / f"peft-{kind}"
    model.save_pretrained(out)
    # The tokens of a prefix come before those of the text; only the text's are compared.
    logits = model.eval()(torch.tensor([prompt(LENGTH)])).logits[0].numpy()
    return out, logits


def heads(model):
    return dict(num_attention_heads=getattr(model.config, "num_key_value_heads", model.config.num_attention_heads))


def head_width(model):
    return getattr(model.config, "head_dim", None) or model.config.hidden_size // model.config.num_attention_heads


def check(folder, circadian):
    bad = 0
    row("model", "adapter", "with the adapter", "merged, transformers", "merged, llama.cpp", "agrees")
    row(":--", ":--", "--:", "--:", "--:", ":--")
    for name in families():
        path = folder / folder_name(name, "float32")
        for kind in ("LoRA", "prefix"):
            try:
                bad += compare(circadian, name, kind, path)
            except (Failure, ValueError, RuntimeError) as failure:
                bad += 1
                row(name, kind, "", "", "", verdict(False, str(failure)[:200]))
    return bad


def compare(circadian, name, kind, path):
    no_prefix = "gpt2" in name or name in ("mistral", "qwen2.5 sliding", "gemma2", "gemma3", "gemma3 scaled", "phi-3")
    if kind == "prefix" and (no_prefix or "dynamic" in name or "longrope" in name):
        return 0
    saved, expected = adapter(path, kind)
    found = distance(our_logits(circadian, path, prompt(LENGTH), "--adapter", saved), expected)
    merged, opened = "", ""
    good = found <= 1e-4
    if kind == "LoRA":
        out = path / "merged"
        shutil.rmtree(out, ignore_errors=True)
        convert(circadian, path, out, "--form", "folder", "--adapter", saved)
        with torch.no_grad():
            again = load(out)(torch.tensor([prompt(LENGTH)])).logits[0].numpy()
        merged = distance(again, expected)
        good = good and merged <= 1e-4
        if name not in REFUSED and name not in WITHOUT_WINDOW and "longrope" not in name:
            file = path / "merged.gguf"
            convert(circadian, path, file, "--type", "f32", "--adapter", saved)
            opened = distance(llama_logits(file, prompt(LENGTH))[0], expected)
            # llama.cpp keeps keys and values in float16.
            good = good and opened <= 2e-2
    row(name, kind, f"{found:.1e}", merged and f"{merged:.1e}", opened and f"{opened:.1e}", verdict(good))
    return not good


def convert(circadian, *arguments):
    result = run(circadian, "model", "convert", *arguments)
    if result.returncode != 0:
        raise Failure(result.stderr.strip().splitlines()[-1])
