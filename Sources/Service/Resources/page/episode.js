// Something that was read, said or noted, as it is in the journal.

import { get, of } from "./api.js";
import { button, h, link } from "./dom.js";
import { at } from "./format.js";
import { forgetEpisode } from "./losing.js";
import { to } from "./router.js";

export async function episode(page) {
  const { name } = page;
  const one = await get(of(name, "episodes", page.rest[0] ?? ""), page.signal);
  const outcome = h("div");
  page.show(one.title || one.kind,
    h("p", { class: "quiet" }, [one.show, one.kind, at(one.at)].filter(Boolean).join(", "), ". ",
      one.night ? link(`Learned in night ${one.night}`, to(name, "morning", one.night)) : "Waits for tonight", "."),
    h("div", { class: "row" },
      button("Forget this…", () => forgetEpisode(page, one, outcome), { id: "forget-episode" }),
      link("Back to the timeline", to(name, "timeline"))), outcome,
    h("div", { class: "text" }, one.text.split(/\n{2,}/).map((paragraph) => h("p", {}, paragraph))));
}
