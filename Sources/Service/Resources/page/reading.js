// Files that somebody is to read: chosen with a button or dropped anywhere.

import { of, post } from "./api.js";
import { announce, button, h, link } from "./dom.js";
import { count, list } from "./format.js";
import { news } from "./news.js";
import { problem } from "./problem.js";
import { here, to } from "./router.js";
import { sign } from "./signs.js";

const KINDS = ".txt,.md,.markdown,.srt,.vtt,.json,.html,.htm,.pdf";
let refresh = async () => {};

/// A button that opens the choice of files. The field behind it is the browser's own.
export function readButton(id) {
  const field = h("input", {
    type: "file", multiple: true, accept: KINDS, class: "unseen", tabindex: "-1", "aria-label": "Files to read",
    onchange: () => { read([...field.files]); field.value = ""; },
  });
  return [
    button([sign("read"), h("span", {}, "Read a file")], () => field.click(), { class: "tool", id }),
    field,
  ];
}

/// Takes what is dropped anywhere on the page; `refreshed` is called after something was read.
export function receiveDrops(refreshed) {
  refresh = refreshed;
  let depth = 0;
  const shade = (isOver) => document.documentElement.toggleAttribute("data-drop", isOver);
  const holdsFiles = (event) => Boolean(here().name) && event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => { if (holdsFiles(event)) { depth += 1; shade(true); } });
  addEventListener("dragleave", (event) => { if (holdsFiles(event) && (depth -= 1) <= 0) { depth = 0; shade(false); } });
  addEventListener("dragover", (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    // Without this the browser would leave the page and open the file.
    event.preventDefault();
    depth = 0;
    shade(false);
    if (here().name) read([...event.dataTransfer.files]);
  });
}

/// One after the other: they are written into one journal.
async function read(files) {
  const { name } = here();
  for (const file of files) await readOne(name, file);
}

async function readOne(name, file) {
  const box = news(h("p", {}, `${name} reads ${file.name}…`));
  announce(`${name} reads ${file.name}`);
  try {
    const { episodes } = await post(`${of(name, "episodes")}?name=${encodeURIComponent(file.name)}`, file);
    box.tell(file.name, episodes.map((episode) =>
      h("p", {}, link(episode.title, to(name, "episode", episode.id)), `: ${told(episode, name)}`)));
    announce(episodes.map((episode) => `${episode.title}: ${told(episode, name)}`).join(" "));
    await refresh();
    dispatchEvent(new CustomEvent("circadian-read"));
  } catch (error) {
    box.tell(file.name, h("p", { class: "quiet" }, file.name), problem(error));
  }
}

function told(episode, name) {
  if (!episode.isNew) return `${name} had read this before, so nothing was added.`;
  const who = episode.speakers?.length ? `, with ${list(episode.speakers)}` : "";
  return `read, ${count(episode.words, "word")}${who}. It waits for tonight.`;
}
