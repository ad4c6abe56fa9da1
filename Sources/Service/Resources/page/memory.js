// What holds what it knows, from what changes with every token to what never changes; and how much it recalls.

import { get, of } from "./api.js";
import { dumbbells } from "./chart.js";
import { h, svg } from "./dom.js";
import { bytes, count, fixed, onDay, percent, sentence } from "./format.js";

export async function memory(page) {
  const [{ levels }, recall] = await Promise.all(["memory", "recall"].map((what) => get(of(page.name, what), page.signal)));
  const most = Math.max(...levels.map((level) => level.bytes ?? 0));
  page.show("Memory",
    h("p", { class: "lead" }, `${page.name} has several memories. The first changes with every token, the last never.`),
    h("ol", { class: "levels" }, levels.map((level) => item(level, most))),
    recall?.days?.length ? exam(page.name, recall) : h("section", {}, h("h2", {}, "What it recalls"),
      h("p", {}, `The first exam is taken at the end of ${page.name}’s first night.`)));
}

const item = (level, most) => h("li", {},
  h("h2", {}, level.name),
  h("p", { class: "period" }, level.period === "never" ? "never changes" : `changes ${level.period}`),
  h("p", {}, sentence(level.holds)),
  level.bytes ? bar(level.bytes, most) : null,
  h("p", { class: "quiet small" }, [
    level.bytes == null ? null : bytes(level.bytes),
    level.changedAt ? `last changed ${onDay(level.changedAt)}` : null,
    level.recall ? `at the last exam: ${level.recall}` : null,
  ].filter(Boolean).join("; ")));

/// The number stands below it, so the bar needs no words.
function bar(size, most) {
  return svg("svg", { class: "size", viewBox: "0 0 100 2", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "all", width: 100, height: 2 }),
    svg("rect", { class: "part", width: Math.max((size / most) * 100, 0.4), height: 2 }));
}

const exam = (name, report) => h("section", {}, h("h2", {}, "What it recalls with an empty context"),
  h("h3", {}, "Bits a byte"),
  h("p", {}, "How hard each day is to read; fewer is better. The ring is before its night, the dot is now, ",
    `and the small line is what ${name} needed with the text in front of it.`),
  dumbbells("Bits a byte of each day, before its night and now", report.days.map((day) => ({
    label: `Night ${day.night}`, before: day.bitsPerByteBefore, now: day.bitsPerByteNow, ceiling: day.bitsPerByteCeiling,
    told: `${fixed(day.bitsPerByteBefore)} to ${fixed(day.bitsPerByteNow)}`,
  }))),
  h("h3", {}, "Words and questions"), table(report.days),
  h("h3", {}, "What it cost"), h("ul", {}, costs(report).map((cost) => h("li", {}, cost))));

function table(days) {
  const titles = ["Night", "Day", "Words recalled", "before", "Questions answered"];
  const number = (text) => h("td", { class: "number" }, text);
  // On a phone it is wider than the screen; with the focus it can be moved by keys.
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Words and questions, day by day" }, h("table", {},
    h("thead", {}, h("tr", {}, titles.map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, days.map((day) => h("tr", {}, h("th", { scope: "row" }, String(day.night)), h("td", {}, day.titles.join(", ")),
      number(`${percent(day.clozeNow)} of ${day.askedWords}`), number(percent(day.clozeBefore)),
      number(day.questions ? `${percent(day.questions.now)} of ${day.questions.asked}` : "none asked"))))));
}

function costs({ drift, neutralBitsPerByteCore: core, neutralBitsPerByteNow: now, memoryBytes, cacheBytesPerToken, abstention }) {
  const all = [
    `Text that no night has learned is ${fixed(Math.abs(drift) * 100, 1)}% ${drift > 0 ? "harder" : "easier"} to read than for `
      + `the core alone (${fixed(now, 3)} bits a byte, core ${fixed(core, 3)}).`,
    `All nights together take ${bytes(memoryBytes)}; a token of context costs ${bytes(cacheBytesPerToken)} of working memory.`,
  ];
  if (abstention) all.push(`Of ${count(abstention.asked, "question")} that nothing answers, ${percent(abstention.declined)} are declined.`);
  return all;
}
