"""Reading a prompt and writing greedily, in llama.cpp.

The first line names the model, every further one gives a prompt's token ids and how many tokens are to be written;
answers are what was set up, then the seconds of reading and of writing and the tokens.
"""

import ctypes
import time

from answers import serve


def prepare(setup):
    """A function that answers a prompt, and what it uses in words."""
    import llama_cpp
    import numpy

    llama_cpp.llama_backend_init()
    silent = llama_cpp.llama_log_callback(lambda *_: None)
    llama_cpp.llama_log_set(silent, ctypes.c_void_p(0))
    model = llama_cpp.llama_model_load_from_file(
        setup["model"].encode(), llama_cpp.llama_model_default_params()
    )
    if not model:
        raise ValueError(f"{setup['model']} cannot be opened")
    parameters = llama_cpp.llama_context_default_params()
    parameters.n_ctx = setup["contextLength"]
    parameters.n_batch = parameters.n_ubatch = 512
    parameters.n_threads = parameters.n_threads_batch = setup["threads"]
    context = llama_cpp.llama_init_from_model(model, parameters)
    vocabulary = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(model))

    def read(tokens):
        ids = (llama_cpp.llama_token * len(tokens))(*tokens)
        if llama_cpp.llama_decode(context, llama_cpp.llama_batch_get_one(ids, len(tokens))) != 0:
            raise RuntimeError("llama_decode failed")
        logits = llama_cpp.llama_get_logits_ith(context, -1)
        return int(numpy.ctypeslib.as_array(logits, shape=(vocabulary,)).argmax())

    def answer(request):
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(context), True)
        begin = time.perf_counter()
        written = [read(request["prompt"])]
        middle = time.perf_counter()
        while len(written) < request["tokens"]:
            written.append(read(written[-1:]))
        end = time.perf_counter()
        return {"reading": middle - begin, "writing": end - middle, "tokens": written}

    # What must not be collected while the library may call it.
    answer.silent = silent
    return answer, {"version": f"llama.cpp of llama-cpp-python {llama_cpp.__version__}"}


serve(prepare)
