"""One training step per request, in PyTorch.

The first line describes the model, every further one asks for one step; answers are what was set up, then the loss
and the seconds of every step.
"""

from answers import serve


def prepare(setup):
    import torch
    from torch.nn import functional

    import gpt2

    torch.set_num_threads(setup["threads"])
    model = gpt2.Model(setup)
    weights = gpt2.Weights(setup["weights"])
    model.load(weights)
    weights.finish()
    tokens, targets = gpt2.windows(setup)
    adamw, kind = gpt2.optimizer(model.parameters(), setup)

    def loss_of():
        return functional.cross_entropy(model(tokens).flatten(0, 1), targets.flatten())

    step = gpt2.steps(torch.compile(loss_of) if setup["isCompiled"] else loss_of, setup, adamw)
    return step, {"version": f"PyTorch {torch.__version__}", "note": f"{kind} AdamW"}


serve(prepare)
