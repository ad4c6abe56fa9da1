// A life, newest first: days, and the nights between them.

import { get, of } from "./api.js";
import { button, h, link } from "./dom.js";
import { atClock, count, dayKey, duration, fixed, nearDay, percent } from "./format.js";
import { wakeFrom } from "./losing.js";
import { to } from "./router.js";

export async function timeline(page) {
  const { entries } = await get(of(page.name, "timeline"), page.signal);
  const { name } = page;
  if (!entries.length) {
    return page.show("Timeline", h("p", { class: "lead" }, `${name} has not lived through anything yet. `,
      h("a", { href: to(name, "chat", "new") }, "Talk with it"), " or let it read a file."));
  }
  const outcome = h("div");
  const rollback = (night) => wakeFrom(page, entries, night, outcome);
  return page.show("Timeline", outcome, h("div", { class: "life" }, stretches(entries).map((stretch) => (stretch.night
    ? nightItem(name, stretch.night, entries, rollback) : daySection(name, stretch)))),
  page.summary.currentNight ? h("div", { class: "row apart" },
    button("Go back to before every night", () => rollback(0), { "data-rollback": 0 })) : null);
}

/// Nights, and between them the episodes of each day.
function stretches(entries) {
  const all = [];
  for (const entry of entries) {
    if (entry.type === "night") all.push({ night: entry });
    else if (all.at(-1)?.day === dayKey(entry.at)) all.at(-1).episodes.push(entry);
    else all.push({ day: dayKey(entry.at), at: entry.at, episodes: [entry] });
  }
  return all;
}

const kinds = { document: "read", conversation: "talked", note: "noted" };

const heading = (time) => nearDay(time).replace(/^./, (letter) => letter.toUpperCase());

const daySection = (name, { at, episodes }) => h("section", { class: "day" }, h("h2", {}, heading(at)),
  h("ul", { class: "links" }, episodes.map((one) => h("li", {},
    h("a", { href: to(name, "episode", one.id) },
      h("span", {}, one.title || one.kind),
      h("span", { class: "quiet small" }, [one.show, `${kinds[one.kind] ?? one.kind} ${atClock(one.at)}`,
        one.night ? `learned in night ${one.night}` : "waits for tonight"].filter(Boolean).join(", ")))))));

const badge = (text) => h("span", { class: "badge" }, text);

function nightItem(name, night, entries, rollback) {
  const { measures } = night;
  const label = `${night.isSeason ? "Season" : "Night"} ${night.number}`;
  const told = [
    night.isSeason ? "One memory for all nights before it" : null,
    measures?.cloze == null ? null : `${percent(measures.cloze)} of the most surprising words recalled`,
    night.episodes.length ? `${count(night.episodes.length, "piece")} learned in ${duration(night.seconds)}` : `took ${duration(night.seconds)}`,
  ].filter(Boolean).join(". ");
  return h("section", { class: `night${night.isInLineage ? "" : " left"}` },
    h("h2", {}, label, night.isCurrent ? badge("now") : null, night.isInLineage ? null : badge("set aside")),
    h("p", {}, `${told}.`),
    measures ? h("p", { class: "small" }, learned(measures)) : null,
    h("div", { class: "row" },
      // A season is made of nights that had their mornings.
      night.isSeason ? null : link("Brief", to(name, "morning", night.number), { "aria-label": `Brief of night ${night.number}` }),
      night.isCurrent ? null : button("Wake from this one", () => rollback(night.number), {
        class: "plain", "data-rollback": night.number, "aria-label": `Wake from this one, ${label.toLowerCase()}`,
      })));
}

/// Some measures are missing where a night had nothing to measure.
const learned = ({ bitsPerByteBefore, bitsPerByte, drift }) => [
  bitsPerByteBefore && bitsPerByte ? `${fixed(bitsPerByteBefore)} bits a byte before, ${fixed(bitsPerByte)} after` : null,
  drift == null ? null : `other language ${drift >= 0 ? "+" : "−"}${fixed(Math.abs(drift) * 100, 1)}%`,
].filter(Boolean).join("; ");
