// What the next night is about to learn, and what it shall leave out.

import { get, of, post } from "./api.js";
import { h, replace, waiting } from "./dom.js";
import { at, count, timestamp, whole } from "./format.js";
import { attempted } from "./problem.js";
import { go, to } from "./router.js";
import { sky } from "./sky.js";

export async function tonight(page) {
  const { name } = page;
  if (page.summary.activity === "asleep") return location.replace(to(name, "sleep"));
  page.show("Tonight", waiting(`Looking at what would surprise ${name} most. This can take a few seconds…`));
  const plan = await get(of(name, "tonight"), page.signal);
  const wishes = new Map();
  page.show("Tonight", sky(0.86, false), plan.episodes.length ? day(name, plan) : nothing(name),
    plan.remarks?.length ? remarks(plan.remarks) : null,
    plan.lens?.features.length ? lens(plan.lens.features, wishes) : null,
    note(page),
    bedtime(name, plan, wishes));
  // What is dropped or chosen here belongs on this page.
  addEventListener("circadian-read", () => { if (!page.signal.aborted) page.again(); }, { once: true, signal: page.signal });
}

const nothing = (name) => h("p", { class: "lead" }, `Nothing waits: ${name} has heard nothing new since its last night. `,
  h("a", { href: to(name, "chat", "new") }, "Talk with it"), ", let it read a file, or note something below.");

function day(name, { episodes }) {
  const words = episodes.reduce((sum, { words }) => sum + words, 0);
  return [
    h("p", { class: "lead" }, `${count(words, "word")} in ${count(episodes.length, "piece")} will be learned when ${name} sleeps.`),
    h("section", {}, h("h2", {}, "The day"), h("ul", { class: "links" }, episodes.map((one) => h("li", {},
      h("a", { href: to(name, "episode", one.id) }, h("span", {}, one.title || one.kind),
        h("span", { class: "quiet small" }, `${one.kind}, ${count(one.words, "word")}, ${at(one.at)}`)))))),
  ];
}

/// The first few say enough; the rest is there for who wants it.
const remarks = (all) => h("section", {}, h("h2", {}, "What would surprise it most"), quoted(all.slice(0, 3)),
  all.length > 3 ? h("details", {}, h("summary", {}, `${all.length - 3} more`), quoted(all.slice(3))) : null);

const quoted = (all) => h("ol", { class: "remarks" }, all.map((one) => h("li", {},
  h("figure", {}, h("blockquote", {}, one.text),
    h("figcaption", {}, [one.speaker, timestamp(one.time), one.title].filter(Boolean).join(", "),
      `. ${whole(one.bits)} bits of surprise.`)))));

/// A choice for every feature of the lens; `wishes` collects what is chosen.
function lens(features, wishes) {
  const strongest = Math.max(...features.map(({ strength }) => strength), 1e-9);
  return h("section", {}, h("h2", {}, "What it would strengthen"),
    h("p", {}, "Concepts that the day is about, with places that show each. Leave one out, and the night learns the day without it."),
    features.map((one) => h("fieldset", { class: "feature" },
      h("legend", {}, `Feature ${one.feature}`),
      h("meter", { min: 0, max: strongest, value: one.strength, "aria-label": `How much feature ${one.feature} would gain` }),
      h("ul", { class: "examples" }, one.examples.map((example) => h("li", {}, `“${example}”`))),
      h("div", { class: "row choices" }, [["", "As it is"], ["suppress", "Leave it out"], ["amplify", "More of it"]].map(([wish, label]) =>
        h("label", {}, h("input", {
          type: "radio", name: `feature-${one.feature}`, value: wish, checked: wish === "",
          onchange: () => wishes.set(one.feature, wish),
        }), label))))));
}

function note(page) {
  const outcome = h("div");
  const field = h("textarea", { id: "note", rows: 2, required: true });
  return h("section", {}, h("h2", {}, "Note something"),
    h("form", {
      class: "stack", onsubmit: async (event) => {
        event.preventDefault();
        await attempted(outcome, async () => {
          const { isNew } = await post(of(page.name, "notes"), { text: field.value.trim() });
          if (isNew) return page.again();
          return replace(outcome, h("p", { role: "status" }, "That was noted before."));
        });
      },
    }, h("label", { for: "note" }, `What ${page.name} shall know tomorrow`), field,
    h("div", { class: "row end" }, h("button", {}, "Note it")), outcome));
}

function bedtime(name, plan, wishes) {
  const outcome = h("div");
  const season = h("input", { type: "checkbox", id: "season" });
  const button = h("button", { class: "night", id: "go-to-sleep" }, "Go to sleep");
  const chosen = (wish) => [...wishes].filter(([, value]) => value === wish).map(([feature]) => feature);
  return h("section", { class: "bedtime" }, h("h2", {}, "Sleep"),
    h("p", {}, `${name} replays the day, asks itself about it, and learns until it knows. `,
      "A night of a small day takes about half a minute; it can be stopped and taken up again."),
    h("label", { class: "check" }, season, h("span", {}, "Make one memory of all nights’ afterwards (a season)")),
    h("form", {
      class: "row", onsubmit: async (event) => {
        event.preventDefault();
        button.disabled = true;
        await attempted(outcome, async () => {
          await post(of(name, "sleep"), { season: season.checked, suppress: chosen("suppress"), amplify: chosen("amplify") });
          go(name, "sleep");
        });
        button.disabled = false;
      },
    }, button), outcome);
}
