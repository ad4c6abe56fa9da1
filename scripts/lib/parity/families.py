"""Random tiny models of every family that Circadian opens, and how its command line is asked about them."""

import json
import subprocess

import numpy
import torch
import transformers
from safetensors.numpy import load_file

SEED = 1337
PROMPT = 24
# Readers of Phi-3's files look for the last two.
SPECIAL = ["<pad>", "<s>", "</s>", "<unk>", "<|endoftext|>"]

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
        "smollm3": (t.SmolLM3Config, dict(COMMON)),
        "smollm3 every other": (t.SmolLM3Config, dict(COMMON, no_rope_layer_interval=2)),
        "gemma": (t.GemmaConfig, gemma),
        "gemma2": (t.Gemma2Config, dict(gemma, sliding_window=8, query_pre_attn_scalar=24,
                                        attn_logit_softcapping=0.5, final_logit_softcapping=0.7)),
        "gemma3": (t.Gemma3TextConfig, dict(gemma, sliding_window=8, query_pre_attn_scalar=24,
                                            num_hidden_layers=7)),
        "gemma3 scaled": (t.Gemma3TextConfig, dict(gemma, sliding_window=8, query_pre_attn_scalar=20,
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


# Kind of model -> (type of its weights, whether they are larger than at a beginning of training, so that every part of a
# layer shows in the logits).
KINDS = {
    "float32": ("float32", True),
    "bfloat16": ("bfloat16", False),
    "bfloat16, large": ("bfloat16", True),
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
    words = SPECIAL + alphabet
    vocabulary = {word: index for index, word in enumerate(words)}
    for index in range(len(words), size):
        vocabulary[f"<extra_{index}>"] = index
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def run(circadian, *arguments, stdin=None):
    return subprocess.run(
        [circadian, *map(str, arguments)], capture_output=True, text=True, input=stdin)


class Failure(Exception):
    pass


def our_logits(circadian, path, tokens, *flags):
    out = (path if path.is_dir() else path.parent) / "logits.safetensors"
    tokens = " ".join(str(token) for token in tokens)
    result = run(circadian, "model", "logits", path, "--tokens", tokens, "--out", out, *flags)
    if result.returncode != 0:
        raise Failure(result.stderr.strip().splitlines()[-1])
    return load_file(out)["logits"]


def distance(left, right):
    return float(numpy.abs(left - right).max())


def load(path, dtype="float32"):
    return transformers.AutoModelForCausalLM.from_pretrained(
        path, dtype=getattr(torch, dtype), attn_implementation="eager").eval()


TEXT = "It was a dark night"
WRITTEN = 16


def context_of(text):
    return [1] + tokenizer_json(320).encode(text).ids


def greedy(next_logits, text=TEXT):
    """The tokens that follow a text, up to the end of text."""
    context = context_of(text)
    written = []
    while len(written) < WRITTEN:
        token = int(numpy.argmax(next_logits(context + written)))
        if token == 2:
            break
        written.append(token)
    return written


def our_greedy(circadian, path, text=TEXT):
    result = run(
        circadian, "generate", "--model", path, "--prompt", text, "--temperature", "0", "--tokens",
        WRITTEN, "--json")
    if result.returncode != 0:
        raise Failure(result.stderr.strip().splitlines()[-1])
    return json.loads(result.stdout)["tokens"]


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def verdict(is_good, error=""):
    return "yes" if is_good else f"**no** {error}"
