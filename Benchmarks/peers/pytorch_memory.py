"""The most memory that training needs in PyTorch, in a process that does nothing else.

The first line describes the model, every further one asks for one step; answers are what was set up and the bytes in
use before, then the loss of every step and the most bytes that the process ever had.
"""

from answers import serve


def status(key):
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(f"{key}:"))


def prepare(setup):
    import torch
    from torch.nn import functional

    import gpt2

    torch.set_num_threads(setup["threads"])
    before = status("VmRSS")
    model = gpt2.Model(setup)
    model.load(gpt2.Weights(setup["weights"]))
    tokens, targets = gpt2.windows(setup)
    # Of PyTorch's kinds of AdamW the one without temporary copies.
    adamw, _ = gpt2.optimizer(model.parameters(), setup, kind="fused")

    def loss_of():
        return functional.cross_entropy(model(tokens).flatten(0, 1), targets.flatten())

    step = gpt2.steps(loss_of, setup, adamw)

    def answer(request):
        return step(request) | {"peak": status("VmHWM")}

    return answer, {"version": f"PyTorch {torch.__version__}", "before": before}


serve(prepare)
