"""Opening a model and reading a prompt, in llama.cpp.

One line names the model and gives a prompt's token ids; the answer is the most likely next token, and the seconds
from opening to it.
"""

import time

from answers import serve


def prepare(request):
    import llama_cpp
    import numpy

    begin = time.perf_counter()
    llama = llama_cpp.Llama(
        request["model"], n_ctx=512, n_threads=request["threads"],
        n_threads_batch=request["threads"], verbose=False)
    llama.eval(request["prompt"])
    logits = llama_cpp.llama_get_logits_ith(llama.ctx, -1)
    token = int(numpy.ctypeslib.as_array(logits, shape=(llama.n_vocab(),)).argmax())
    llama.detokenize([token])
    alone = time.perf_counter() - begin
    version = f"llama.cpp of llama-cpp-python {llama_cpp.__version__}"
    return None, {"version": version, "token": token, "alone": alone}


serve(prepare)
