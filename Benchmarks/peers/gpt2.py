"""GPT-2 as it is usually written in PyTorch, with weights that the engine wrote, and its optimizer."""

import contextlib
import json
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional


class Weights:
    """The tensors of a float32 safetensors file by name, each read when it is taken."""

    def __init__(self, path):
        self.file = open(path, "rb")
        size = int.from_bytes(self.file.read(8), "little")
        self.entries = json.loads(self.file.read(size))
        self.entries.pop("__metadata__", None)
        self.start = 8 + size

    def take(self, name):
        entry = self.entries.pop(name)
        if entry["dtype"] != "F32":
            raise ValueError(f"{name} is stored as {entry['dtype']}, expected F32")
        begin, end = entry["data_offsets"]
        self.file.seek(self.start + begin)
        values = numpy.fromfile(self.file, dtype="<f4", count=(end - begin) // 4)
        return torch.from_numpy(values).view(entry["shape"])

    def finish(self):
        if self.entries:
            raise ValueError(f"no place in the model for {', '.join(self.entries)}")


class Block(nn.Module):
    def __init__(self, width, heads, is_fused):
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width)
        if is_fused:
            self.mix = nn.Linear(width, 3 * width)
        else:
            self.query = nn.Linear(width, width)
            self.key = nn.Linear(width, width)
            self.value = nn.Linear(width, width)
        self.is_fused = is_fused
        self.output = nn.Linear(width, width)
        self.feed_forward_norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x):
        batch, length, width = x.shape
        normed = self.attention_norm(x)
        if self.is_fused:
            mixed = self.mix(normed).view(batch, length, 3, self.heads, width // self.heads)
            queries, keys, values = mixed.permute(2, 0, 3, 1, 4).unbind(0)
        else:
            queries, keys, values = (
                linear(normed).view(batch, length, self.heads, width // self.heads).transpose(1, 2)
                for linear in (self.query, self.key, self.value)
            )
        attended = functional.scaled_dot_product_attention(queries, keys, values, is_causal=True)
        x = x + self.output(attended.transpose(1, 2).reshape(batch, length, width))
        hidden = functional.gelu(self.up(self.feed_forward_norm(x)), approximate="tanh")
        return x + self.down(hidden)


class Model(nn.Module):
    """Tokens [batch, time] to logits [batch, time, vocabulary].

    `is_fused`: one map for queries, keys and values, which is faster; or three, as adapters are trained here.
    """

    def __init__(self, setup, is_fused=True):
        super().__init__()
        width = setup["width"]
        self.embedding = nn.Embedding(setup["vocabularySize"], width)
        self.positions = nn.Embedding(setup["contextLength"], width)
        self.blocks = nn.ModuleList(
            Block(width, setup["headCount"], is_fused) for _ in range(setup["layerCount"]))
        self.final_norm = nn.LayerNorm(width)

    def forward(self, tokens):
        x = self.embedding(tokens) + self.positions(torch.arange(tokens.shape[1]))
        for block in self.blocks:
            x = block(x)
        return functional.linear(self.final_norm(x), self.embedding.weight)

    @torch.no_grad()
    def load(self, weights):
        """Takes up the engine's weights, one tensor after the other."""
        self.embedding.weight.copy_(weights.take("embedding.weight"))
        self.positions.weight.copy_(weights.take("positions.weight"))

        def take(ours, module):
            module.weight.copy_(weights.take(f"{ours}.weight"))
            module.bias.copy_(weights.take(f"{ours}.bias"))

        take("finalNormalization", self.final_norm)
        for index, block in enumerate(self.blocks):
            path = f"blocks.{index}"
            take(f"{path}.attentionNormalization", block.attention_norm)
            take(f"{path}.attention.output", block.output)
            take(f"{path}.feedForwardNormalization", block.feed_forward_norm)
            take(f"{path}.feedForward.up", block.up)
            take(f"{path}.feedForward.down", block.down)
            if not block.is_fused:
                for part in ("query", "key", "value"):
                    take(f"{path}.attention.{part}", getattr(block, part))
                continue
            for kind in ("weight", "bias"):
                mix = getattr(block.mix, kind).chunk(3)
                for place, part in zip(mix, ("query", "key", "value")):
                    place.copy_(weights.take(f"{path}.attention.{part}.{kind}"))


def windows(setup):
    """What is read and what comes next, both [batch, time]."""
    ids = numpy.fromfile(setup["tokens"], dtype="<i4").astype("int64")
    rows = torch.from_numpy(ids.reshape(setup["batch"], setup["time"] + 1))
    return rows[:, :-1].contiguous(), rows[:, 1:].contiguous()


def rounding(setup):
    """Where products are rounded to bfloat16, if they are."""
    if setup["precision"] == "bfloat16":
        return torch.autocast("cpu", torch.bfloat16)
    return contextlib.nullcontext()


def optimizer(parameters, setup, kind=None):
    """Whichever of PyTorch's two AdamW for many parameters steps faster here, or `kind`; and which it is."""
    parameters = list(parameters)
    options = {
        "lr": setup["learningRate"], "betas": (setup["beta1"], setup["beta2"]),
        "eps": setup["epsilon"], "weight_decay": setup["weightDecay"],
    }
    best = None
    for name in () if kind else ("fused", "foreach"):
        copies = [parameter.detach().clone() for parameter in parameters]
        for copy in copies:
            copy.grad = torch.full_like(copy, 1e-3)
        try:
            trial = torch.optim.AdamW(copies, **{name: True}, **options)
            trial.step()
            begin = time.perf_counter()
            for _ in range(3):
                trial.step()
            seconds = time.perf_counter() - begin
        except RuntimeError as error:
            print(f"AdamW, {name}: {error}", file=sys.stderr)
            continue
        if best is None or seconds < best[0]:
            best = (seconds, name)
    kind = kind or best[1]
    return torch.optim.AdamW(parameters, **{kind: True}, **options), kind


def steps(loss_of, setup, adamw):
    """A function that answers a request for one step with its loss and its seconds."""

    def step(_):
        begin = time.perf_counter()
        with rounding(setup):
            loss = loss_of()
        loss.backward()
        adamw.step()
        adamw.zero_grad(set_to_none=True)
        value = loss.item()
        return {"loss": value, "seconds": time.perf_counter() - begin}

    return step
