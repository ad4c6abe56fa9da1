// Where one writes. Enter sends, Shift and Enter begin a line, Escape stops what is being written.

import { h } from "./dom.js";

/// As many lines as the text has, within reason; older browsers cannot do this by themselves.
function fit(field) {
  field.rows = Math.min(Math.max(field.value.split("\n").length, Math.ceil(field.value.length / 70), 1), 8);
}

/// A field for several lines that sends with Enter.
export function writingField(id, label, onsend, attributes = {}) {
  const field = h("textarea", {
    id, rows: 1, "aria-label": label, ...attributes,
    oninput: () => fit(field),
    onkeydown: (event) => {
      // While an input method composes a character, Enter belongs to it.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      onsend();
    },
  });
  field.fill = (text) => { field.value = text; fit(field); };
  return field;
}

export class Composer {
  constructor(name, { say, stop }) {
    this.field = writingField("composer", `Say something to ${name}`, () => this.send(say), {
      placeholder: "Say something", enterkeyhint: "send",
    });
    this.sendButton = h("button", { class: "primary", id: "send" }, "Send");
    this.stopButton = h("button", { type: "button", id: "stop", hidden: true, onclick: stop }, "Stop");
    this.node = h("form", {
      class: "composer",
      onsubmit: (event) => { event.preventDefault(); this.send(say); },
      onkeydown: (event) => { if (event.key === "Escape" && this.isBusy) stop(); },
    }, this.field, this.sendButton, this.stopButton);
  }

  send(say) {
    const text = this.field.value.trim();
    if (!text || this.isBusy) return;
    this.field.fill("");
    say(text);
  }

  /// While a reply is written, it can be stopped and nothing can be sent.
  busy(isBusy) {
    const hadFocus = this.node.contains(document.activeElement);
    this.isBusy = isBusy;
    this.sendButton.hidden = isBusy;
    this.stopButton.hidden = !isBusy;
    // A button that disappears under the focus takes it along.
    if (hadFocus && document.activeElement.hidden !== false) this.field.focus();
  }
}
