"""Random tiny models of every family, and what the reference implementation makes of them.

    parity-models.py make FOLDER        writes the models with their logits and greedy texts
    parity-models.py check FOLDER CIRCADIAN   compares, and prints a table as Markdown
"""

import json
import pathlib
import subprocess
import sys

import numpy
import torch
import transformers
from safetensors.numpy import load_file

SEED = 1337
PROMPT = 24
WRITTEN = 16

COMMON = dict(
    vocab_size=320, hidden_size=64, intermediate_size=96, num_hidden_layers=4,
    num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=256,
    bos_token_id=1, eos_token_id=2, pad_token_id=0)


def scaled(**parameters):
    return {"rope_theta": 10000.0, **parameters}


def llama3(factor=8.0):
    return scaled(
        rope_type="llama3", factor=factor, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=32)


def families():
    """Name -> (configuration class, its arguments)."""
    t = transformers
    factors = [1.0 + 0.5 * i for i in range(8)]
    gemma = dict(COMMON, head_dim=24, hidden_activation="gelu_pytorch_tanh")
    return {
        "llama-2": (t.LlamaConfig, dict(COMMON, num_key_value_heads=4, tie_word_embeddings=False)),
        "llama-3.1": (t.LlamaConfig, dict(COMMON, rope_parameters=llama3())),
        "llama-3.2": (
            t.LlamaConfig,
            dict(COMMON, head_dim=32, tie_word_embeddings=True, rope_parameters=llama3(32.0))),
        "llama biases": (t.LlamaConfig, dict(COMMON, attention_bias=True, mlp_bias=True)),
        "llama linear": (t.LlamaConfig, dict(COMMON, rope_parameters=scaled(rope_type="linear", factor=4.0))),
        "llama dynamic": (
            t.LlamaConfig,
            dict(COMMON, max_position_embeddings=16,
                 rope_parameters=scaled(rope_type="dynamic", factor=4.0))),
        "llama yarn": (
            t.LlamaConfig,
            dict(COMMON, rope_parameters=scaled(
                rope_type="yarn", factor=8.0, original_max_position_embeddings=32))),
        "mistral": (t.MistralConfig, dict(COMMON, sliding_window=8, head_dim=32)),
        "mistral whole": (t.MistralConfig, dict(COMMON, sliding_window=None)),
        "qwen2": (t.Qwen2Config, dict(COMMON, tie_word_embeddings=True)),
        "qwen2.5 sliding": (
            t.Qwen2Config,
            dict(COMMON, use_sliding_window=True, sliding_window=8, max_window_layers=2)),
        "qwen3": (t.Qwen3Config, dict(COMMON, head_dim=32)),
        "smollm2": (t.LlamaConfig, dict(COMMON, tie_word_embeddings=True, num_attention_heads=8,
                                        num_key_value_heads=4)),
        "smollm3": (t.SmolLM3Config, dict(COMMON, no_rope_layer_interval=2)),
        "gemma": (t.GemmaConfig, gemma),
        "gemma2": (t.Gemma2Config, dict(gemma, sliding_window=8, query_pre_attn_scalar=24,
                                        attn_logit_softcapping=0.5, final_logit_softcapping=0.7)),
        "gemma3": (t.Gemma3TextConfig, dict(gemma, sliding_window=8, query_pre_attn_scalar=20,
                                            num_hidden_layers=7)),
        "phi-3": (t.Phi3Config, dict(COMMON, sliding_window=10)),
        "phi-3 longrope": (
            t.Phi3Config,
            dict(COMMON, original_max_position_embeddings=32, sliding_window=None,
                 rope_parameters=scaled(
                     rope_type="longrope", short_factor=factors,
                     long_factor=[2 * f for f in factors],
                     original_max_position_embeddings=32))),
        "gpt2": (t.GPT2Config, dict(vocab_size=320, n_positions=128, n_embd=64, n_layer=4, n_head=4,
                                    bos_token_id=1, eos_token_id=2)),
        "pythia": (
            t.GPTNeoXConfig,
            dict({k: v for k, v in COMMON.items() if k != "num_key_value_heads"},
                 hidden_act="gelu", use_parallel_residual=True)),
        "gpt-neox sequential": (
            t.GPTNeoXConfig,
            dict({k: v for k, v in COMMON.items() if k != "num_key_value_heads"},
                 hidden_act="gelu", use_parallel_residual=False,
                 rope_parameters=scaled(rope_type="default", partial_rotary_factor=1.0))),
    }


def folder_name(name, kind):
    return (name + "-" + kind).replace(",", "").replace(" ", "-")


def prompt(length, vocabulary=320):
    random = numpy.random.default_rng(SEED)
    return [1] + random.integers(3, vocabulary, length - 1).tolist()


def tokenizer_json(size):
    """A byte-level vocabulary without merges, large enough for every row of the embedding."""
    from tokenizers import Tokenizer, models, pre_tokenizers, decoders
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = ["<pad>", "<s>", "</s>"] + alphabet
    vocabulary = {word: index for index, word in enumerate(words)}
    for index in range(len(words), size):
        vocabulary[f"<extra_{index}>"] = index
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<pad>", "<s>", "</s>"] + [w for w in vocabulary if w.startswith("<extra")])
    return tokenizer


# Kind of model -> (type of its weights, whether they are larger than at a beginning of training, so that every part of a
# layer shows in the logits).
KINDS = {
    "float32": ("float32", True),
    "bfloat16": ("bfloat16", False),
    "bfloat16, large": ("bfloat16", True),
}


def enlarge(model):
    for parameter in model.parameters():
        if parameter.ndim == 1:
            parameter.add_(torch.randn_like(parameter) * 0.2)
        else:
            parameter.mul_(4.0)


@torch.no_grad()
def make(folder):
    folder = pathlib.Path(folder)
    for name, (kind, arguments) in families().items():
        for label, (dtype, is_large) in KINDS.items():
            torch.manual_seed(SEED)
            configuration = kind(**arguments)
            configuration._attn_implementation = "eager"
            model = transformers.AutoModelForCausalLM.from_config(configuration).eval()
            if is_large:
                enlarge(model)
            path = folder / folder_name(name, label)
            model.to(getattr(torch, dtype)).save_pretrained(
                path, max_shard_size="20KB" if name == "qwen3" else "5GB")
            tokenizer_json(320).save(str(path / "tokenizer.json"))
            (path / "tokenizer_config.json").write_text(
                json.dumps({"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}))
            save_reference(path, name, dtype)


def load(path, dtype):
    return transformers.AutoModelForCausalLM.from_pretrained(
        path, dtype=getattr(torch, dtype), attn_implementation="eager").eval()


def save_reference(path, name, dtype):
    """In the weights' own type, and in float32: what the weights say, whatever is rounded on the way."""
    # Beyond the original windows of those that scale.
    scales = any(word in name for word in ("long", "dynamic", "yarn", "3."))
    tokens = prompt(48 if scales else PROMPT)
    own = load(path, dtype)(torch.tensor([tokens])).logits[0].float().numpy()
    exact = load(path, "float32")
    logits = exact(torch.tensor([tokens])).logits[0].numpy()
    cache, cached = None, []
    for token in tokens:
        step = exact(torch.tensor([[token]]), past_key_values=cache, use_cache=True)
        cache = step.past_key_values
        cached.append(step.logits[0, 0].numpy())
    written = list(tokens)
    for _ in range(WRITTEN):
        written.append(int(exact(torch.tensor([written])).logits[0, -1].argmax()))
    numpy.savez(
        path / "reference.npz", tokens=tokens, own=own, logits=logits, cached=cached,
        written=written[len(tokens):])


def run(circadian, *arguments):
    return subprocess.run([circadian, *map(str, arguments)], capture_output=True, text=True)


class Failure(Exception):
    pass


def our_logits(circadian, path, tokens, *flags):
    out = path / "logits.safetensors"
    tokens = " ".join(str(token) for token in tokens)
    result = run(circadian, "model", "logits", path, "--tokens", tokens, "--out", out, *flags)
    if result.returncode != 0:
        raise Failure(result.stderr.strip().splitlines()[-1])
    return load_file(out)["logits"]


def distance(left, right):
    return float(numpy.abs(left - right).max())


def check(folder, circadian):
    """A line for every model; the number of those that do not agree."""
    folder = pathlib.Path(folder)
    bad = 0
    print("| model | weights | one pass | through the cache | transformers itself | logits' deviation | agrees |")
    print("| :-- | :-- | --: | --: | --: | --: | :-- |")
    for name in families():
        for label, (dtype, is_large) in KINDS.items():
            path = folder / folder_name(name, label)
            reference = numpy.load(path / "reference.npz")
            spread = float(reference["logits"].std())
            itself = distance(reference["own"], reference["logits"])
            try:
                once = our_logits(circadian, path, reference["tokens"])
                cached = our_logits(circadian, path, reference["tokens"], "--cached")
                if dtype == "bfloat16" and not is_large:
                    found = [distance(once, reference["own"]), distance(cached, reference["own"])]
                else:
                    found = [distance(once, reference["logits"]), distance(cached, reference["cached"])]
                limit = 1e-4 if dtype == "float32" else itself if is_large else 2e-2
                good, error = max(found) <= limit, ""
            except Failure as failure:
                found, good, error = [float("nan")] * 2, False, str(failure)
            bad += not good
            print(
                f"| {name} | {label} | {found[0]:.1e} | {found[1]:.1e} | {itself:.1e} | {spread:.2f} "
                f"| {'yes' if good else '**no** ' + error} |")
    return bad


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2])
    else:
        sys.exit(min(check(sys.argv[2], sys.argv[3]), 1))
