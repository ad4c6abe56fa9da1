// Which conversations there were.

import { h, link } from "./dom.js";
import { at } from "./format.js";
import { to } from "./router.js";

/// Stays open where there is room beside the talk.
const isWide = () => matchMedia("(min-width: 70rem)").matches;

export function conversations(name, every, current) {
  // Of a conversation that was refused its first word there is nothing to see.
  const all = every.filter(({ id, turns }) => turns || id === current);
  return h("nav", { "aria-label": "Conversations" },
    // Where nothing was said yet, one is in a new conversation already.
    current === null ? null
      : link("New conversation", to(name, "chat", "new"), { class: "button", id: "new-conversation" }),
    all.length ? h("details", { open: isWide() },
      h("summary", {}, "Conversations"),
      h("ul", { class: "links" }, all.map((one) => h("li", {},
        h("a", { href: to(name, "chat", one.id), "aria-current": one.id === current ? "true" : null },
          h("span", {}, one.title || `Conversation ${one.id}`),
          h("span", { class: "quiet small" }, at(one.startedAt), one.isOver ? ", learned" : "")))))) : null);
}
