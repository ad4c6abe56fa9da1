// Who is here, and somebody new.

import { get, post } from "./api.js";
import { h } from "./dom.js";
import { condition, waits } from "./frame.js";
import { onDay, sentence } from "./format.js";
import { attempted } from "./problem.js";
import { go, to } from "./router.js";
import { sky } from "./sky.js";

export async function home(page) {
  const { individuals } = await get("/api/individuals", page.signal);
  if (!individuals.length) {
    page.show("Nobody lives here yet",
      h("p", { class: "lead" }, 
        "Give somebody a name. It is born with a small mind that can read and talk, and with an empty journal. ",
        "By day you talk with it and let it read. At night it sleeps and learns the day. In the morning it still knows."),
      newcomer(true));
  } else {
    page.show("Who is here",
      h("ul", { class: "individuals" }, individuals.map(card)),
      h("section", { class: "apart" }, h("h2", {}, "Somebody new"), newcomer(false)));
  }
  document.querySelector("#view h1").before(sky(0.2, false));
}

function card(summary) {
  return h("li", {}, h("a", { class: "individual", href: to(summary.name, "chat") },
    h("strong", {}, summary.name),
    h("span", {}, `${sentence(condition(summary))} ${sentence(waits(summary))}`),
    h("span", { class: "quiet" }, `Born ${onDay(summary.createdAt)}, core ${summary.core}`),
    summary.problem ? h("span", { class: "warning" }, sentence(summary.problem)) : null));
}

function newcomer(isFirst) {
  const outcome = h("div");
  const field = h("input", {
    id: "newcomer", name: "name", required: true, maxlength: 64, pattern: "[A-Za-z0-9_\\-]+", autocomplete: "off",
    autocapitalize: "none", spellcheck: "false", "aria-describedby": "newcomer-rule",
  });
  const button = h("button", { class: "primary" }, isFirst ? "Begin its first day" : "Begin a life");
  return h("form", {
    class: "newcomer", onsubmit: async (event) => {
      event.preventDefault();
      button.disabled = true;
      await attempted(outcome, async () => {
        const born = await post("/api/individuals", { name: field.value.trim() });
        go(born.name, "chat");
      });
      button.disabled = false;
    },
  },
  h("label", { for: "newcomer" }, "Its name"),
  h("div", { class: "row" }, field, button),
  h("p", { class: "quiet", id: "newcomer-rule" }, "Letters, digits, “-” and “_”, up to 64 characters."), outcome);
}
