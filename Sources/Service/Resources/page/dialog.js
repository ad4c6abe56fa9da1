// Questions that must be answered before anything goes on. A dialog element keeps the focus inside and closes with Escape.

import { button, h } from "./dom.js";

let number = 0;

/// Shows a dialog with `content` (a function of `close`, or nodes) and resolves to what it is closed with; null for Escape.
export function dialog(title, content) {
  const id = `dialog-${++number}`;
  return new Promise((resolve) => {
    let answer = null;
    const close = (value = null) => { answer = value; node.close(); };
    const node = h("dialog", { "aria-labelledby": id, class: "dialog" }, h("h2", { id }, title), content(close));
    node.addEventListener("close", () => { node.remove(); resolve(answer); });
    document.body.append(node);
    node.showModal();
  });
}

/// Asks whether something shall be done; `details` say what it means. Resolves to true or false.
export async function confirmed(title, details, action) {
  const answer = await dialog(title, (close) => [
    h("div", { class: "dialog-text" }, details),
    h("div", { class: "row end" },
      // First, and so focused: the harmless one.
      button("Keep everything as it is", () => close(false)),
      button(action, () => close(true), { class: "grave" })),
  ]);
  return answer === true;
}
