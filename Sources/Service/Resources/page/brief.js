// The morning's brief: what of the day was new, and how well it is known.

import { get, of, text } from "./api.js";
import { button, h, link } from "./dom.js";
import { count, fixed, onDay, onLongDay, percent } from "./format.js";
import { insight } from "./insight.js";
import { attempted } from "./problem.js";
import { to } from "./router.js";

export async function brief(page) {
  const { name } = page;
  const { briefs } = await get(of(name, "briefs"), page.signal);
  const night = wanted(briefs, page.rest[0], page.summary.currentNight);
  if (night === undefined) {
    return page.show("Morning", h("p", { class: "lead" },
      `There was no morning yet. When ${name} has slept, what was new to it is told here.`),
    h("p", {}, link("See what waits for tonight", to(name, "tonight"), { class: "button" })));
  }
  const one = await get(of(name, "briefs", night), page.signal);
  return page.show(`What ${name} learned in night ${one.night}`,
    h("p", { class: "quiet" }, onLongDay(one.date)),
    h("p", { class: "lead" }, one.day.titles.join(" · ")),
    h("p", {}, summary(one.day)),
    one.insights.length ? h("section", {}, h("h2", {}, "New to it"),
      h("ol", { class: "insights" }, one.insights.map((each) => insight(each, name)))) : h("p", {}, "Nothing of it was new."),
    sections(one).filter(([, lines]) => lines.length).map(([title, lines]) => h("section", {}, h("h2", {}, title),
      h("ul", {}, lines.map((line) => h("li", {}, line))))),
    one.questions.length ? h("section", {}, h("h2", {}, "Do you know it?"), one.questions.map(({ question, answer }) =>
      h("details", { class: "question" }, h("summary", {}, question), h("p", {}, answer)))) : null,
    copies(name, one.night), others(name, briefs, one.night));
}

/// The night that is asked for, else the newest of this life. A season has no brief; the night before it has.
function wanted(briefs, asked, current) {
  const upTo = Number(asked ?? current ?? 0);
  if (asked !== undefined && upTo > current) return asked;
  return (briefs.find(({ night }) => night <= upTo) ?? (asked === undefined ? briefs[0] : { night: asked }))?.night;
}

const summary = (day) => `Read with an empty context the day cost ${fixed(day.bitsPerByteBefore)} bits a byte before the night, `
  + `${fixed(day.bitsPerByteNow)} after it. Of the ${count(day.askedWords, "most surprising word")}, `
  + `${percent(day.recalledNow)} are recalled now, ${percent(day.recalledBefore)} before.`;

function sections({ day, study, fading }) {
  const known = [];
  if (study.questions) {
    known.push(`${count(study.questions, "question")} about it studied.`);
    if (study.answered != null) known.push(`Of others about the same, which were never studied, ${percent(study.answered)} are answered.`);
  }
  known.push(...study.corrected.map(({ question, answer }) =>
    `Answered otherwise than the journal does, and studied again: “${question}” ${answer}`));
  known.push(`The night took ${fixed(day.bitsPerToken)} bits off a token.`);
  return [
    ["How well it is known", known],
    ["Not learned", study.refused.map(({ count: number, reason }) => `${number ? `${number} ` : ""}${reason}`)],
    ["Fading", fading.map((one) => `Night ${one.night}, ${one.titles.join(", ")}: ${percent(one.then)} recalled on its morning, `
      + `${percent(one.now)} now. The coming nights go through it again.`)],
  ];
}

/// The brief as a file. It is fetched and not linked, because a link carries no token.
function copies(name, night) {
  const outcome = h("div");
  const save = (form) => attempted(outcome, async () => {
    const type = form === "html" ? "text/html" : "text/markdown";
    const address = URL.createObjectURL(new Blob([await text(`${of(name, "briefs", night)}?form=${form}`)], { type }));
    h("a", { href: address, download: `${name}-night-${night}.${form}` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  });
  return h("section", { class: "apart" }, h("h2", {}, "Keep a copy"), h("div", { class: "row" },
    button("As a page", () => save("html")), button("As Markdown", () => save("md"))), outcome);
}

const others = (name, briefs, current) => briefs.length < 2 ? null : h("section", {}, h("h2", {}, "Other mornings"),
  h("ul", { class: "links" }, briefs.filter(({ night }) => night !== current).map((one) => h("li", {},
    h("a", { href: to(name, "morning", one.night) }, h("span", {}, one.title || `Night ${one.night}`),
      h("span", { class: "quiet small" }, `night ${one.night}, ${onDay(one.at)}, ${count(one.insights, "insight")}`))))));
