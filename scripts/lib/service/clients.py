"""clients.py PROGRAM: what others' clients get, unchanged: `openai`, LangChain's ChatOpenAI, and curl."""

from __future__ import annotations

import base64
import json
import math
import struct
import subprocess
import sys
from typing import Any

import openai
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openai import OpenAI

from server import Checks, Server, serving

MODEL = "ada"
CALCULATOR: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "calculator",
        "description": "Does sums.",
        "parameters": {
            "type": "object", "properties": {"expression": {"type": "string"}}, "required": ["expression"],
        },
    },
}
# Sums that the core, being small, calls the calculator for by itself.
SUMS = [("12 * 7", "84"), ("384 + 129", "513")]


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


class Clients:
    def __init__(self, server: Server, checks: Checks) -> None:
        self.server, self.checks = server, checks
        self.client = OpenAI(base_url=server.url + "/v1", api_key=server.token or "none", max_retries=0, timeout=120)

    def chat(self, messages: list[Any], **options: Any) -> Any:
        """Kept out of the journal unless a check is about that."""
        return self.client.chat.completions.create(
            model=MODEL, messages=messages, **{"store": False, "seed": 1, "max_tokens": 200, **options})

    def models(self) -> None:
        c = self.checks
        c.equal([model.id for model in self.client.models.list()], [MODEL], "models")
        c.equal(self.client.models.retrieve(MODEL).id, MODEL, "a model")

    def whole_replies(self) -> None:
        c = self.checks
        reply = self.chat([user("Hello there, how are you?")])
        choice = reply.choices[0]
        c.equal((reply.object, reply.model, choice.message.role), ("chat.completion", MODEL, "assistant"), "a reply's head")
        c.that(choice.finish_reason in ("stop", "length"), f"finish_reason {choice.finish_reason}")
        c.that(bool(choice.message.content), "a reply is empty")
        c.equal(reply.usage.total_tokens, reply.usage.prompt_tokens + reply.usage.completion_tokens, "the sum of usage")
        again = self.chat([user("Hello there, how are you?")])
        c.equal(again.choices[0].message.content, choice.message.content, "the same seed")
        others = {self.chat([user("Tell me of the mill.")], seed=seed, temperature=1.5).choices[0].message.content
                  for seed in range(4)}
        c.that(len(others) > 1, "four seeds say the same")
        parts = self.chat([{"role": "user", "content": [{"type": "text", "text": "Hello there, how are you?"}]}])
        c.equal(parts.choices[0].message.content, choice.message.content, "content in parts")

    def streamed_replies(self) -> None:
        c = self.checks
        messages = [user("Where is the mill?")]
        whole = self.chat(messages)
        chunks = list(self.chat(messages, stream=True, stream_options={"include_usage": True}))
        c.equal({chunk.id for chunk in chunks}, {chunks[0].id}, "ids of chunks")
        c.equal(chunks[0].choices[0].delta.role, "assistant", "the first delta's role")
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
        c.equal(text, whole.choices[0].message.content, "a stream's text")
        reasons = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason]
        c.equal(reasons, [whole.choices[0].finish_reason], "a stream's finish_reason")
        c.equal(chunks[-1].choices, [], "the choices of a stream's last chunk")
        c.equal(chunks[-1].usage.completion_tokens, whole.usage.completion_tokens, "a stream's usage")
        c.that(all(chunk.usage is None for chunk in chunks[:-1]), "usage in the midst of a stream")
        with self.chat(messages, stream=True, max_tokens=400, temperature=1.5) as stream:
            next(iter(stream))
        c.equal(self.server.get("/health")["status"], "ok", "health after a stream that was left")

    def several_replies(self) -> None:
        c = self.checks
        messages = [user("Tell me of the sea.")]
        whole = self.chat(messages, n=2, temperature=1.3)
        c.equal([choice.index for choice in whole.choices], [0, 1], "indices of two replies")
        texts = ["", ""]
        for chunk in self.chat(messages, n=2, temperature=1.3, stream=True):
            for choice in chunk.choices:
                texts[choice.index] += choice.delta.content or ""
        c.equal(texts, [choice.message.content for choice in whole.choices], "two replies in a stream")
        c.that(texts[0] != texts[1], "two replies are the same at temperature 1.3")

    def ends(self) -> None:
        c = self.checks
        options: dict[str, Any] = dict(temperature=0, tool_choice="none")
        messages = [user("Hello there, how are you?")]
        text = self.chat(messages, **options).choices[0].message.content
        stop = text.split()[len(text.split()) // 2]
        stopped = self.chat(messages, stop=[stop], **options)
        c.equal(stopped.choices[0].message.content, text[: text.index(stop)], f"what comes before {stop!r}")
        c.equal(stopped.choices[0].finish_reason, "stop", "finish_reason at a stop text")
        streamed = "".join(chunk.choices[0].delta.content or "" for chunk in self.chat(messages, stop=stop, stream=True, **options))
        c.equal(streamed, stopped.choices[0].message.content, "a stream before a stop text")
        for limit in ({"max_tokens": 3}, {"max_tokens": None, "max_completion_tokens": 3}):
            short = self.chat([user("Tell me everything.")], seed=3, temperature=1.2, tool_choice="none", **limit)
            c.that(short.usage.completion_tokens <= 3, f"{short.usage.completion_tokens} tokens with {limit}")
            c.that(short.usage.completion_tokens < 3 or short.choices[0].finish_reason == "length", f"finish_reason with {limit}")

    def log_probabilities(self) -> None:
        c = self.checks
        options: dict[str, Any] = dict(temperature=0, logprobs=True, top_logprobs=5, tool_choice="none", max_tokens=24)
        reply = self.chat([user("Where is the mill?")], **options)
        tokens = reply.choices[0].logprobs.content
        c.that(len(tokens) > 0, "there are no log probabilities")
        for token in tokens:
            best = token.top_logprobs
            c.that(token.logprob <= 0 and all(other.logprob <= 0 for other in best), f"a log probability above 0: {token}")
            c.equal(len(best), 5, "the number of alternatives")
            c.that(best == sorted(best, key=lambda other: -other.logprob), f"alternatives out of order: {best}")
            c.that(token.bytes in [other.bytes for other in best], f"what was chosen is not among the likeliest: {token}")
            c.that(math.fsum(math.exp(other.logprob) for other in best) < 1.0001, f"probabilities above 1: {best}")
        written = b"".join(bytes(token.bytes) for token in tokens).decode(errors="replace")
        c.equal(written.strip(), reply.choices[0].message.content.strip(), "the tokens' bytes together")
        streamed = [token for chunk in self.chat([user("Where is the mill?")], stream=True, **options)
                    for token in (chunk.choices[0].logprobs.content if chunk.choices[0].logprobs else [])]
        c.equal([token.bytes for token in streamed], [token.bytes for token in tokens], "a stream's log probabilities")

    def tools(self) -> None:
        c = self.checks
        for expression, value in SUMS:
            messages: list[Any] = [user(f"What is {expression}?")]
            options: dict[str, Any] = dict(tools=[CALCULATOR], temperature=0)
            reply = self.chat(messages, **options)
            choice = reply.choices[0]
            c.equal(choice.finish_reason, "tool_calls", f"finish_reason of {expression}")
            call = choice.message.tool_calls[0]
            c.equal((call.type, call.function.name), ("function", "calculator"), "a call")
            c.equal(json.loads(call.function.arguments), {"expression": expression}, "a call's arguments")
            c.equal(choice.message.content, None, "what is said with a call")
            deltas = [delta for chunk in self.chat(messages, stream=True, **options)
                      for delta in chunk.choices[0].delta.tool_calls or []]
            c.equal([delta.index for delta in deltas], [0], "indices of streamed calls")
            c.that(bool(deltas and deltas[0].id), "a streamed call has no id")
            c.equal("".join(delta.function.arguments or "" for delta in deltas), call.function.arguments, "a streamed call")
            messages += [choice.message.model_dump(exclude_none=True),
                         {"role": "tool", "tool_call_id": call.id, "content": value}]
            after = self.chat(messages, **options).choices[0]
            c.equal(after.finish_reason, "stop", "finish_reason after a result")
            c.that(value in (after.message.content or ""), f"{value} is not in {after.message.content!r}")
        # What nobody offered cannot be run, whatever a small core calls by habit.
        for text in ("Hello, my name is Bo.", "Remember that Bo likes plums.", "Where does Bo live?"):
            choice = self.chat([user(text)], tools=[CALCULATOR], temperature=0).choices[0]
            for call in choice.message.tool_calls or []:
                c.equal(call.function.name, "calculator", f"the tool that is called for {text!r}")
        silent = self.chat([user("What is 12 * 7?")], tools=[CALCULATOR], tool_choice="none", temperature=0).choices[0]
        c.equal(silent.message.tool_calls, None, "calls with tool_choice none")

    def json_objects(self) -> None:
        c = self.checks
        ends = []
        for seed in range(6):
            reply = self.chat(
                [user("Answer with a JSON object: {\"name\": \"Bo\"}")], response_format={"type": "json_object"}, seed=seed,
                temperature=0.5 + 0.25 * seed, max_tokens=200).choices[0]
            ends.append(reply.finish_reason)
            if reply.finish_reason == "stop":
                try:
                    c.that(isinstance(json.loads(reply.message.content), dict), f"no object: {reply.message.content!r}")
                except ValueError as error:
                    c.that(False, f"{error}: {reply.message.content!r}")
        print(f"  JSON objects ended with {', '.join(ends)}")

    def held_contexts(self) -> None:
        c = self.checks
        messages = [user("My cat is called Quillfeather, and she lives in a bakery.")]
        first = self.chat(messages, store=True)
        messages += [{"role": "assistant", "content": first.choices[0].message.content}, user("Where does she live?")]
        second = self.chat(messages, store=True)
        held = second.usage.prompt_tokens_details.cached_tokens
        c.that(held >= first.usage.prompt_tokens - 1,
               f"{held} tokens of the second turn were held, the first turn's prompt had {first.usage.prompt_tokens}")

    def completions(self) -> None:
        c = self.checks

        def complete(**options: Any) -> Any:
            return self.client.completions.create(model=MODEL, **{"prompt": "The mill is", "seed": 1, "max_tokens": 12, **options})

        whole = complete()
        c.equal((whole.object, whole.usage.completion_tokens), ("text_completion", 12), "a completion")
        chunks = list(complete(stream=True, stream_options={"include_usage": True}))
        c.equal("".join(chunk.choices[0].text for chunk in chunks if chunk.choices), whole.choices[0].text, "a streamed completion")
        c.that(bool(chunks[-1].usage) and chunks[-1].usage.completion_tokens == 12, "a streamed completion's usage")
        c.equal(complete(echo=True).choices[0].text, "The mill is" + whole.choices[0].text, "an echo")
        c.equal("".join(chunk.choices[0].text for chunk in complete(echo=True, stream=True)), "The mill is" + whole.choices[0].text,
                "a streamed echo")
        c.equal([choice.index for choice in complete(prompt=["The mill is", "The sea is"], n=2).choices], [0, 1, 2, 3],
                "indices of two prompts, two each")
        for echo, said in ((False, ""), (True, "The mill is")):
            choice = complete(logprobs=3, temperature=0, echo=echo).choices[0]
            scores = choice.logprobs
            c.equal(len(scores.tokens), 12, "tokens with log probabilities")
            c.that(all(value <= 0 for value in scores.token_logprobs), "a log probability above 0")
            c.that(all(token in top for token, top in zip(scores.tokens, scores.top_logprobs)),
                   "what was chosen is not among the likeliest")
            c.equal(said + "".join(scores.tokens), choice.text, "the tokens together")
            c.that(all(choice.text[at:].startswith(token) for at, token in zip(scores.text_offset, scores.tokens)),
                   f"text_offset {scores.text_offset} of {choice.text!r}, echo {echo}")
        streamed = [token for chunk in complete(logprobs=3, temperature=0, stream=True)
                    for token in (chunk.choices[0].logprobs.tokens if chunk.choices[0].logprobs else [])]
        c.equal(len(streamed), 12, "a stream's tokens with log probabilities")

    def embeddings(self) -> None:
        c = self.checks
        texts = ["The mill is on the moon.", "A cat in a bakery.", "The mill stands on the moon."]
        floats = self.client.embeddings.create(model=MODEL, input=texts, encoding_format="float")
        packed = self.client.embeddings.with_raw_response.create(model=MODEL, input=texts, encoding_format="base64")
        rows = []
        for item in json.loads(packed.text)["data"]:
            data = base64.b64decode(item["embedding"])
            rows.append(struct.unpack(f"<{len(data) // 4}f", data))
        c.equal([item.index for item in floats.data], [0, 1, 2], "indices of embeddings")
        for item, row in zip(floats.data, rows):
            c.that(len(row) == len(item.embedding) and all(struct.pack("<f", a) == struct.pack("<f", b)
                                                           for a, b in zip(item.embedding, row)), "base64 and floats differ")
            c.that(abs(math.hypot(*item.embedding) - 1) < 1e-5, f"an embedding's length is {math.hypot(*item.embedding)}")
        # The client asks for base64 by itself, and unpacks it.
        usual = self.client.embeddings.create(model=MODEL, input=texts[0])
        c.that(all(abs(a - b) < 1e-6 for a, b in zip(usual.data[0].embedding, floats.data[0].embedding)), "the client's own form differs")

        def likeness(a: int, b: int) -> float:
            return math.sumprod(rows[a], rows[b]) if hasattr(math, "sumprod") else sum(x * y for x, y in zip(rows[a], rows[b]))

        c.that(likeness(0, 2) > likeness(0, 1), "the mills are less alike than a mill and a cat")

    def errors(self) -> None:
        c = self.checks
        create = self.client.chat.completions.create
        hello: list[Any] = [user("Hello")]
        error = c.raises(openai.NotFoundError, "an unknown model", lambda: create(model="nobody", messages=hello))
        c.that(getattr(error, "code", None) == "model_not_found", f"the code of an unknown model: {getattr(error, 'code', None)}")
        c.raises(openai.NotFoundError, "an unknown model's embeddings", lambda: self.client.embeddings.create(model="nobody", input="a"))
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("temperature", {"temperature": 3}), ("top_p", {"top_p": 1.5}), ("n", {"n": 0}), ("max_tokens", {"max_tokens": -1}),
            ("top_logprobs", {"logprobs": True, "top_logprobs": 21}), ("messages", {"messages": []}),
            ("messages", {"messages": [{"role": "poet", "content": "a"}]}), ("messages", {"messages": [{"role": "assistant", "content": "a"}]}),
            ("response_format", {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}}),
        ]
        for parameter, options in wrong:
            error = c.raises(openai.BadRequestError, f"{options}", lambda options=options: create(
                **{"model": MODEL, "messages": hello, "store": False, "max_tokens": 2, **options}))
            c.that(error is None or getattr(error, "param", None) == parameter, f"{options} is blamed on {getattr(error, 'param', None)}")
        c.raises(openai.BadRequestError, "a message that no context holds", lambda: self.chat([user("mill " * 20_000)]))
        c.raises(openai.APIError, "the same in a stream", lambda: list(self.chat([user("mill " * 20_000)], stream=True)))
        c.raises(openai.BadRequestError, "a text that is empty", lambda: self.client.embeddings.create(model=MODEL, input=""))
        for path, method, status in (("/v1/nothing", "GET", 404), ("/v1/chat/completions", "GET", 405), ("/v1/models", "POST", 405)):
            c.equal(self.server.ask(method, path, {} if method == "POST" else None)[0], status, f"{method} {path}")

    def langchain(self) -> None:
        c = self.checks
        options: dict[str, Any] = dict(
            model=MODEL, base_url=self.server.url + "/v1", api_key="none", temperature=0, max_retries=0, store=False)
        model = ChatOpenAI(**options)
        reply = model.invoke("What is 12 * 7?")
        c.that("84" in str(reply.content), f"LangChain: {reply.content!r}")
        c.that(bool(reply.usage_metadata), "LangChain sees no usage")
        c.equal("".join(str(chunk.content) for chunk in model.stream("What is 12 * 7?")), reply.content, "LangChain's stream")

        @tool
        def calculator(expression: str) -> str:
            """Does sums."""
            return "84"

        bound = model.bind_tools([calculator])
        call = bound.invoke("What is 12 * 7?")
        c.equal([(made["name"], made["args"]) for made in call.tool_calls], [("calculator", {"expression": "12 * 7"})], "LangChain's calls")
        answer = bound.invoke([("user", "What is 12 * 7?"), call, calculator.invoke(call.tool_calls[0])])
        c.that("84" in str(answer.content), f"LangChain after a call: {answer.content!r}")

    def curl(self) -> None:
        c = self.checks
        body = {"model": MODEL, "messages": [user("Where is the mill?")], "stream": True, "store": False, "seed": 1, "max_tokens": 200}
        result = subprocess.run(
            ["curl", "-N", "-sS", "-i", self.server.url + "/v1/chat/completions", "-H", "Content-Type: application/json",
             "-d", json.dumps(body)], capture_output=True, text=True, timeout=60)
        head, _, text = result.stdout.replace("\r\n", "\n").partition("\n\n")
        c.that("text/event-stream" in head, f"curl's headers: {head}")
        blocks = [block for block in text.split("\n\n") if block.strip()]
        c.that(all(block.startswith("data: ") for block in blocks), f"curl sees more than data: {text[:300]!r}")
        c.equal(blocks[-1] if blocks else None, "data: [DONE]", "curl's last event")
        said = "".join(json.loads(block[6:])["choices"][0]["delta"].get("content", "") for block in blocks[:-1])
        c.equal(said, self.chat([user("Where is the mill?")]).choices[0].message.content, "curl's text")

    def journal(self) -> None:
        c = self.checks

        def turns(conversation: dict[str, Any]) -> list[tuple[str, str]]:
            return [(turn["role"], turn["text"]) for turn in conversation["turns"]]

        def known() -> dict[int, dict[str, Any]]:
            return {conversation["id"]: conversation for conversation in self.server.conversations(MODEL)}

        def new(before: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
            return [conversation for id, conversation in known().items() if id not in before]

        before = known()
        messages: list[Any] = [{"role": "system", "content": "Be brief."}]
        for number, text in enumerate(("Bo lives in Arlesby.", "Where does Bo live?", "Who lives there?", "Thank you.")):
            messages.append(user(text))
            if number % 2:
                said = "".join(chunk.choices[0].delta.content or "" for chunk in self.chat(messages, store=True, stream=True))
            else:
                said = self.chat(messages, store=True).choices[0].message.content
            messages.append({"role": "assistant", "content": said})
        found = new(before)
        c.equal(len(found), 1, "conversations after four requests with the whole history each")
        c.equal(turns(found[0]), [(message["role"], message["content"]) for message in messages[1:]], "the journal")

        # The same request once more: another reply is wanted.
        again = self.chat(messages[:-1], store=True, seed=9, temperature=1.2).choices[0].message.content
        found = new(before)
        c.equal(len(found), 1, "conversations after the last request was sent again")
        c.equal(turns(found[0])[-1], ("assistant", again), "the reply that stands")
        c.equal(len(found[0]["turns"]), 8, "turns after the last request was sent again")

        before = known()
        waiting = self.server.get(f"/api/individuals/{MODEL}")["waitingEpisodes"]
        for text in ("This is nobody's business.", "Hello, my name is Bo.", "Remember that Bo likes plums."):
            self.chat([user(text)], store=False)
        self.client.completions.create(model=MODEL, prompt="Neither is this", max_tokens=4)
        c.equal(new(before), [], "conversations after store=false")
        c.equal(self.server.get(f"/api/individuals/{MODEL}")["waitingEpisodes"], waiting, "episodes after store=false")

        before = known()
        messages = [user("What is 12 * 7?")]
        call = self.chat(messages, tools=[CALCULATOR], temperature=0, store=True).choices[0].message
        messages += [call.model_dump(exclude_none=True), {"role": "tool", "tool_call_id": call.tool_calls[0].id, "content": "84"}]
        said = self.chat(messages, tools=[CALCULATOR], temperature=0, store=True).choices[0].message.content
        messages += [{"role": "assistant", "content": said}, user("Thank you.")]
        thanks = self.chat(messages, tools=[CALCULATOR], temperature=0, store=True).choices[0].message.content
        found = new(before)
        c.equal(len(found), 1, "conversations after a call, its result and thanks")
        c.equal(turns(found[0]), [("user", "What is 12 * 7?"), ("assistant", said), ("user", "Thank you."), ("assistant", thanks or "")],
                "the journal of a call")
        c.equal([part["type"] for part in found[0]["turns"][1]["parts"]][:2], ["call", "result"], "the parts of a call's turn")

    def all(self) -> None:
        self.checks.run(
            self.models, self.whole_replies, self.streamed_replies, self.several_replies, self.ends, self.log_probabilities, self.tools,
            self.json_objects, self.held_contexts, self.completions, self.embeddings, self.errors, self.langchain, self.curl, self.journal)


def with_token(program: str, checks: Checks) -> None:
    with serving(program, "--token") as server:
        def ask(key: str) -> Any:
            return OpenAI(base_url=server.url + "/v1", api_key=key, max_retries=0).models.list().data

        checks.equal([model.id for model in ask(server.token or "")], [MODEL], "models with the token")
        checks.raises(openai.AuthenticationError, "a wrong token", lambda: ask("wrong"))
        checks.equal(server.stop(), 0, "the exit code after Ctrl-C")


def main(program: str) -> int:
    checks = Checks()
    with serving(program) as server:
        Clients(server, checks).all()
        checks.equal(server.stop(), 0, "the exit code after Ctrl-C")

    def tokens() -> None:
        with_token(program, checks)

    checks.run(tokens)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
