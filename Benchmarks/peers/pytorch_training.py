"""One training step per request, in PyTorch.

The first line on standard input is a JSON object that describes the model, the second and every
further line asks for one step. Each line is answered by one JSON object on standard output: what
was set up, then the loss and the seconds of every step, or {"error": ...}.
"""

import contextlib
import json
import os
import sys
import time


def read_safetensors(path):
    """The tensors of a float32 safetensors file by name."""
    import numpy

    with open(path, "rb") as file:
        header_size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(header_size))
    header.pop("__metadata__", None)
    data = numpy.memmap(path, dtype=numpy.uint8, mode="r", offset=8 + header_size)
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise ValueError(f"{name} is stored as {entry['dtype']}, expected F32")
        begin, end = entry["data_offsets"]
        tensors[name] = numpy.array(data[begin:end]).view("<f4").reshape(entry["shape"])
    return tensors


def build_model(setup, weights):
    """GPT-2 as it is usually written in PyTorch: one map for queries, keys and values."""
    import torch
    from torch import nn
    from torch.nn import functional

    width, heads = setup["width"], setup["headCount"]

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention_norm = nn.LayerNorm(width)
            self.mix = nn.Linear(width, 3 * width)
            self.output = nn.Linear(width, width)
            self.feed_forward_norm = nn.LayerNorm(width)
            self.up = nn.Linear(width, 4 * width)
            self.down = nn.Linear(4 * width, width)

        def forward(self, x):
            batch, length, _ = x.shape
            mixed = self.mix(self.attention_norm(x)).view(batch, length, 3, heads, width // heads)
            queries, keys, values = mixed.permute(2, 0, 3, 1, 4).unbind(0)
            attended = functional.scaled_dot_product_attention(
                queries, keys, values, is_causal=True
            )
            x = x + self.output(attended.transpose(1, 2).reshape(batch, length, width))
            hidden = functional.gelu(self.up(self.feed_forward_norm(x)), approximate="tanh")
            return x + self.down(hidden)

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(setup["vocabularySize"], width)
            self.positions = nn.Embedding(setup["contextLength"], width)
            self.blocks = nn.ModuleList(Block() for _ in range(setup["layerCount"]))
            self.final_norm = nn.LayerNorm(width)

        def forward(self, tokens, targets):
            places = torch.arange(tokens.shape[1])
            x = self.embedding(tokens) + self.positions(places)
            for block in self.blocks:
                x = block(x)
            logits = functional.linear(self.final_norm(x), self.embedding.weight)
            return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())

    model = Model()
    state = {
        "embedding.weight": weights.pop("embedding.weight"),
        "positions.weight": weights.pop("positions.weight"),
    }

    def take(ours, theirs):
        for kind in ("weight", "bias"):
            state[f"{theirs}.{kind}"] = weights.pop(f"{ours}.{kind}")

    take("finalNormalization", "final_norm")
    for index in range(setup["layerCount"]):
        block = f"blocks.{index}"
        take(f"{block}.attentionNormalization", f"{block}.attention_norm")
        take(f"{block}.attention.output", f"{block}.output")
        take(f"{block}.feedForwardNormalization", f"{block}.feed_forward_norm")
        take(f"{block}.feedForward.up", f"{block}.up")
        take(f"{block}.feedForward.down", f"{block}.down")
        for kind in ("weight", "bias"):
            parts = [
                torch.from_numpy(weights.pop(f"{block}.attention.{part}.{kind}"))
                for part in ("query", "key", "value")
            ]
            state[f"{block}.mix.{kind}"] = torch.cat(parts)
    if weights:
        raise ValueError(f"no place in the model for {', '.join(weights)}")
    model.load_state_dict({name: torch.as_tensor(value) for name, value in state.items()})
    return model


def fastest_optimizer(model, setup):
    """Which of PyTorch's two whole-model AdamW implementations steps faster here."""
    import torch

    best = None
    for name in ("fused", "foreach"):
        copies = [parameter.detach().clone() for parameter in model.parameters()]
        for copy in copies:
            copy.grad = torch.full_like(copy, 1e-3)
        try:
            optimizer = torch.optim.AdamW(copies, **{name: True}, **adamw_options(setup))
            optimizer.step()
            begin = time.perf_counter()
            for _ in range(3):
                optimizer.step()
            seconds = time.perf_counter() - begin
        except RuntimeError as error:
            print(f"AdamW, {name}: {error}", file=sys.stderr)
            continue
        if best is None or seconds < best[0]:
            best = (seconds, name)
    return best[1]


def adamw_options(setup):
    return {
        "lr": setup["learningRate"],
        "betas": (setup["beta1"], setup["beta2"]),
        "eps": setup["epsilon"],
        "weight_decay": setup["weightDecay"],
    }


def prepare(setup):
    """A function that takes one step and returns its loss, and what it uses in words."""
    import numpy
    import torch

    torch.set_num_threads(setup["threads"])
    model = build_model(setup, read_safetensors(setup["weights"]))
    ids = numpy.fromfile(setup["tokens"], dtype="<i4").astype("int64")
    windows = torch.from_numpy(ids.reshape(setup["batch"], setup["time"] + 1))
    tokens, targets = windows[:, :-1].contiguous(), windows[:, 1:].contiguous()
    kind = fastest_optimizer(model, setup)
    optimizer = torch.optim.AdamW(model.parameters(), **{kind: True}, **adamw_options(setup))
    loss_of = torch.compile(model) if setup["isCompiled"] else model
    is_rounded = setup["precision"] == "bfloat16"

    def step():
        rounding = torch.autocast("cpu", torch.bfloat16) if is_rounded else contextlib.nullcontext()
        with rounding:
            loss = loss_of(tokens, targets)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.item()

    return step, {"version": f"PyTorch {torch.__version__}", "note": f"{kind} AdamW"}


def main():
    # Whatever a library prints goes to standard error: standard output carries answers only.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(value):
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    try:
        step, description = prepare(json.loads(sys.stdin.readline()))
        answer(description)
        while sys.stdin.readline():
            begin = time.perf_counter()
            loss = step()
            answer({"loss": loss, "seconds": time.perf_counter() - begin})
    except ModuleNotFoundError as error:
        answer({"error": f"Python has no module '{error.name}'"})
    except Exception as error:  # Every failure is an answer: the other side is waiting for one.
        # What a compiler says comes at the end of a long text, what failed at its beginning.
        lines = [line.strip()[:200] for line in str(error).splitlines() if line.strip()]
        text = " ... ".join(dict.fromkeys(lines[:1] + lines[-1:]))
        answer({"error": f"{type(error).__name__}: {text}"})


main()
