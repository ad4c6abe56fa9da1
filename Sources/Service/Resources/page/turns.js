// What was said, one turn after the other.

import { h } from "./dom.js";
import { atClock } from "./format.js";

/// How a reply came to its end, where that is worth a word.
export const endings = {
  length: "It stopped here because a reply may not be longer.",
  contextFull: "It stopped here because the context is full.",
  interrupted: "It was stopped here.",
};

/// One turn as a list item. `actions` are buttons below it.
export function turnItem(turn, name, actions = []) {
  if (turn.role === "notice" || turn.role === "system") return h("li", { class: "notice" }, h("p", {}, turn.text));
  const isOwn = turn.role === "user";
  const speaker = isOwn ? "You" : name;
  return h("li", { class: isOwn ? "turn own" : "turn" },
    h("article", { "aria-label": `${speaker}${turn.at ? `, ${atClock(turn.at)}` : ""}` },
      h("p", { class: "speaker" }, h("strong", {}, speaker), turn.at ? h("time", { datetime: turn.at }, atClock(turn.at)) : null),
      h("div", { class: "said" }, parts(turn).map(part)),
      turn.ending && endings[turn.ending] ? h("p", { class: "quiet small" }, endings[turn.ending]) : null,
      actions.length ? h("div", { class: "actions" }, actions) : null));
}

const parts = (turn) => (turn.parts?.length ? turn.parts : [{ type: "text", text: turn.text }]).filter(({ text }) => text);

/// A piece of a turn: words, or a tool that was used on the way, small.
function part({ type, text }) {
  switch (type) {
    case "call": return h("p", { class: "tool-use" }, h("span", { class: "label" }, "asks a tool "), h("code", {}, text));
    case "result": return h("p", { class: "tool-use" }, h("span", { class: "label" }, "is told "), h("code", {}, text));
    case "reasoning": return h("details", { class: "reasoning" }, h("summary", {}, "What it thought first"), h("p", {}, text));
    default: return h("p", {}, text);
  }
}

/// A reply that is still being written.
export class LiveTurn {
  constructor(name) {
    this.parts = [];
    this.item = turnItem({ role: "assistant", text: "" }, name);
    this.item.classList.add("live");
    this.body = this.item.querySelector(".said");
    this.body.append(h("p", { class: "caret" }, "…"));
  }

  get text() { return this.parts.filter(({ type }) => type === "text").map(({ text }) => text).join(""); }

  /// Adds a piece; neighbours of a kind are one part, but every call and result stands by itself.
  add(type, text) {
    this.body.querySelector(".caret")?.remove();
    const last = this.parts.at(-1);
    if (last?.type === type && (type === "text" || type === "reasoning")) {
      last.text += text;
      (type === "text" ? this.body.lastChild : this.body.lastChild.lastChild).append(text);
    } else {
      this.parts.push({ type, text });
      this.body.append(part({ type, text }));
    }
  }
}
