// A server that listens beyond this machine wants a token. It is kept as long as the tab is open.

import { dialog } from "./dialog.js";
import { h } from "./dom.js";

let asking = null;

/// Asks for the token once, however many requests wait for it.
export function askForToken(wasWrong) {
  asking ??= ask(wasWrong).finally(() => { asking = null; });
  return asking;
}

async function ask(wasWrong) {
  const answer = await dialog("This server asks for its token", (close) => {
    const field = h("input", { type: "password", id: "token", autocomplete: "off", required: true });
    return h("form", { class: "stack", onsubmit: (event) => { event.preventDefault(); close(field.value.trim()); } },
      h("p", {}, wasWrong ? "That token was not right. " : "", "“circadian serve” printed it when it started."),
      h("label", { for: "token" }, "Token"), field,
      h("div", { class: "row end" }, h("button", { class: "primary" }, "Go on")));
  });
  if (answer) return answer;
  throw new Error("Without its token the server shows nothing");
}
