// Finds what was read and said; and the way to have it forgotten.

import { get, of } from "./api.js";
import { announce, button, h, replace, waiting } from "./dom.js";
import { count } from "./format.js";
import { forgetWords } from "./losing.js";
import { attempted } from "./problem.js";
import { rename, to } from "./router.js";

export async function search(page) {
  const field = h("input", { type: "search", id: "words", value: page.rest[0] ?? "", required: true, autocomplete: "off" });
  const results = h("div");
  const forgetting = h("div");
  const look = async () => {
    const words = field.value.trim();
    if (!words) return;
    rename(page.name, "search", words);
    replace(forgetting);
    replace(results, waiting("Looking…"));
    await attempted(results, async () => {
      const { hits } = await get(`${of(page.name, "search")}?q=${encodeURIComponent(words)}`, page.signal);
      replace(results, found(page, words, hits, forgetting));
      announce(`${count(hits.length, "place")} found`);
    });
  };
  page.show("Search",
    h("form", { role: "search", class: "stack", onsubmit: (event) => { event.preventDefault(); look(); } },
      h("label", { for: "words" }, `Words in what ${page.name} has read and said`),
      h("div", { class: "row" }, field, h("button", { class: "primary" }, "Search"))),
    results, forgetting);
  if (field.value) await look();
  else field.focus({ preventScroll: true });
}

function found(page, words, hits, forgetting) {
  return [
    hits.length ? h("section", {}, h("h2", {}, `${count(hits.length, "place")} with “${words}”`),
      h("ol", { class: "hits" }, hits.map((hit) => h("li", {},
        h("h3", {}, h("a", { href: to(page.name, "episode", hit.episode) }, hit.title)), h("p", {}, marked(hit.passage, words))))))
      : h("p", {}, `Nothing that ${page.name} has read or said has these words.`),
    h("section", { class: "apart" }, h("h2", {}, "Forget it"),
      h("p", {}, `${page.name} can forget everything that says exactly “${words}”, and learn its nights anew without it. `,
        "You are asked first."),
      button("Forget what says this…", () => forgetWords(page, words, forgetting), { id: "forget-words" })),
  ];
}

/// The words that were looked for stand out.
function marked(passage, words) {
  const wanted = words.split(/\s+/).filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pieces = passage.split(new RegExp(`(${wanted.join("|")})`, "i"));
  return pieces.map((piece, index) => (index % 2 ? h("mark", {}, piece) : piece));
}
