// One insight of a brief: what was said, what had been believed, what is known now.

import { h, link } from "./dom.js";
import { chance, fixed, list, timestamp, whole } from "./format.js";
import { to } from "./router.js";

export function insight({ remark, novelty, interest, belief, recalledWords = [], missedWords = [], related = [] }, name) {
  const open = link("Open", to(name, "episode", remark.episode), { "aria-label": `Open ${remark.source.title}` });
  return h("li", {},
    h("figure", {}, h("blockquote", {}, marked(remark.quote, belief?.word)), h("figcaption", {}, origin(remark.source), ". ", open)),
    belief?.expected.length ? h("p", {}, expectation(belief)) : null,
    h("p", { class: "quiet small" }, learned(novelty), interest >= 1 ? " Near to what you note and ask about." : null),
    words("Recalled now", recalledWords, "known"),
    words("Not yet", missedWords, "missed"),
    related.length ? h("details", { open: true }, h("summary", {}, "Related, from earlier mornings"),
      h("ul", {}, related.map((one) => h("li", {}, `“${one.remark.quote}” `,
        h("span", { class: "quiet" }, origin(one.remark.source), ", "), link(`night ${one.night}`, to(name, "morning", one.night)))))) : null);
}

function expectation({ word, chance: share, expected }) {
  const guesses = list(expected.map((one) => `“${one.word}” (${chance(one.chance)})`), "or");
  return `Where it says “${word}” (${chance(share)}), ${guesses} was expected.`;
}

const learned = ({ bitsBefore, bitsNow, bytes }) => `${whole(bitsBefore - bitsNow)} bits learned: `
  + `${fixed(bitsBefore / bytes)} bits a byte before, ${fixed(bitsNow / bytes)} now.`;

const words = (label, all, kind) => (all.length ? h("p", { class: `words ${kind}` }, h("span", { class: "label" }, `${label}: `),
  all.map((word) => [h("span", { class: "word" }, word), " "])) : null);

/// Who said it, when, where.
const origin = ({ speaker, start, title, show, published }) =>
  [speaker, timestamp(start), title, show === title ? null : show, published].filter(Boolean).join(", ");

/// The word of which most was learned stands out.
function marked(quote, word) {
  const start = word ? quote.indexOf(word) : -1;
  return start < 0 ? quote : [quote.slice(0, start), h("mark", {}, word), quote.slice(start + word.length)];
}
