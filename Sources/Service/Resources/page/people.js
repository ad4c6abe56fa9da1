// Who speaks in what was read, when, and about what.

import { get, of } from "./api.js";
import { h } from "./dom.js";
import { count, onYearsDay } from "./format.js";
import { to } from "./router.js";

export async function people(page) {
  return page.rest[0] === undefined ? everybody(page) : somebody(page, page.rest[0]);
}

async function everybody(page) {
  const { people: all } = await get(of(page.name, "people"), page.signal);
  if (!all.length) {
    return page.show("People", h("p", { class: "lead" }, `Nobody speaks in what ${page.name} has read. `,
      "Transcripts and subtitles that name their speakers bring people here."));
  }
  return page.show("People", h("p", { class: "lead" }, `Who speaks in what ${page.name} has read.`),
    h("ul", { class: "links people" }, all.map((one) => h("li", {}, h("a", { href: to(page.name, "people", one.name) },
      h("span", {}, one.name),
      h("span", { class: "quiet small" }, `${count(one.appearances, "appearance")}, ${count(one.words, "word")}, ${span(one)}`))))));
}

const span = ({ first, last }) => (first === last || !last ? onYearsDay(first) : `${onYearsDay(first)} to ${onYearsDay(last)}`);

async function somebody(page, person) {
  const one = await get(of(page.name, "people", person), page.signal);
  const words = one.appearances.reduce((sum, each) => sum + each.words, 0);
  const most = Math.max(...one.appearances.map((each) => each.words), 1);
  page.show(one.name,
    h("p", { class: "lead" }, `${count(one.appearances.length, "appearance")}, ${count(words, "word")}.`),
    one.themes.length ? h("section", {}, h("h2", {}, "Speaks more than others of"),
      h("ul", { class: "themes" }, one.themes.map((theme) => h("li", {}, theme)))) : null,
    h("section", {}, h("h2", {}, "Appearances"), h("ol", { class: "appearances" }, one.appearances.map((each) => h("li", {},
      h("h3", {}, h("a", { href: to(page.name, "episode", each.episode) }, each.title)),
      h("p", { class: "quiet small" }, `${onYearsDay(each.at)}, ${count(each.words, "word")}`),
      one.appearances.length < 2 ? null : h("meter", { min: 0, max: most, value: each.words, "aria-label": `Words in ${each.title}` }),
      each.quotes.map((quote) => h("blockquote", {}, quote)))))),
    h("p", {}, h("a", { href: to(page.name, "people") }, "Everybody")));
}
