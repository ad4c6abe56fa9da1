"""One step of distilling into LoRA per request, in PyTorch with PEFT.

The first line describes the model, its adapters and a teacher's belief, every further one asks for one step; answers
are what was set up, then the loss and the seconds of every step.
"""

from answers import serve

# The engine's matrices, and what they are called here.
PARTS = {
    "attention.query": "query", "attention.key": "key", "attention.value": "value",
    "attention.output": "output", "feedForward.up": "up", "feedForward.down": "down",
}


def prepare(setup):
    import numpy
    import peft
    import torch
    from torch.nn import functional

    import gpt2

    torch.set_num_threads(setup["threads"])
    weights = gpt2.Weights(setup["weights"])
    base = gpt2.Model(setup, is_fused=False)
    base.load(weights)
    adapters = setup["distillation"]
    model = peft.get_peft_model(base, peft.LoraConfig(
        r=adapters["rank"], lora_alpha=adapters["alpha"], lora_dropout=0.0, bias="none",
        target_modules=list(PARTS.values())))
    with torch.no_grad():
        for index, block in enumerate(base.blocks):
            for ours, theirs in PARTS.items():
                layer, path = getattr(block, theirs), f"lora.blocks.{index}.{ours}.weight"
                layer.lora_A["default"].weight.copy_(weights.take(f"{path}.down"))
                layer.lora_B["default"].weight.copy_(weights.take(f"{path}.up"))
    weights.finish()

    tokens, _ = gpt2.windows(setup)
    rows = (tokens.numel(), adapters["choices"])
    ids = torch.from_numpy(numpy.fromfile(setup["ids"], "<i4").astype("int64").reshape(rows))
    belief = torch.from_numpy(numpy.fromfile(setup["probabilities"], "<f4").reshape(rows))
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    adamw, kind = gpt2.optimizer(trained, setup)

    def loss_of():
        logits = model(tokens).flatten(0, 1)
        # Faster here than logsumexp, and than logarithms in float32 of what is rounded.
        likelihoods = functional.log_softmax(logits, dim=-1).gather(1, ids)
        return -(belief * likelihoods).sum() / tokens.numel()

    step = gpt2.steps(torch.compile(loss_of) if setup["isCompiled"] else loss_of, setup, adamw)
    count = sum(parameter.numel() for parameter in trained)
    version = f"PyTorch {torch.__version__}, peft {peft.__version__}"
    return step, {"version": version, "note": f"{kind} AdamW, {count} trained"}


serve(prepare)
