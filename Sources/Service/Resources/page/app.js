// The frame: who is here, which places there are, and which of them is shown.

import { get, isAbort, of } from "./api.js";
import { brief } from "./brief.js";
import { chat } from "./chat.js";
import { announce, h, link, replace, waiting } from "./dom.js";
import { episode } from "./episode.js";
import { home } from "./home.js";
import { masthead, places } from "./frame.js";
import { memory } from "./memory.js";
import { news } from "./news.js";
import { people } from "./people.js";
import { problem } from "./problem.js";
import { receiveDrops } from "./reading.js";
import { here, to } from "./router.js";
import { search } from "./search.js";
import { sleep } from "./sleep.js";
import { timeline } from "./timeline.js";
import { tonight } from "./tonight.js";

const shown = { chat, tonight, sleep, timeline, episode, morning: brief, memory, people, search };

const view = document.getElementById("view");
const main = document.getElementById("main");
let leaving = new AbortController();
let recheck = 0;
/// The newest of what the server said about somebody, and whom of.
let summary = null;

/// Asks how an individual is, and shows it in the frame; while it sleeps, again and again.
async function refresh(name = here().name) {
  clearTimeout(recheck);
  const answer = name ? await get(of(name)) : null;
  // Somebody may have gone elsewhere meanwhile.
  if (name !== here().name) return summary;
  const hasWoken = summary?.name === name && summary?.activity === "asleep" && answer?.activity === "awake";
  summary = answer;
  frame();
  if (hasWoken && here().place !== "sleep") tellOfWaking(name);
  if (summary?.activity === "asleep") recheck = setTimeout(() => refresh().catch(() => {}), 5000);
  return summary;
}

/// A night that ended while somebody looked elsewhere.
function tellOfWaking(name) {
  news().tell(`${name}’s night`, h("p", {},
    `${name} is awake. `, link("See what came of the night", to(name, "sleep"))));
  announce(`${name} is awake`);
}

function frame() {
  const { name, place } = here();
  const isAsleep = summary?.activity === "asleep";
  // Where somebody sleeps it is night, whatever the rest of the screen looks like.
  document.documentElement.toggleAttribute("data-night", isAsleep);
  masthead(name, summary);
  places(name, place, summary);
}

/// What a place is given: whom it is about, what of it, and ways to show and to go on.
function page(name, rest, signal) {
  return {
    name, rest, signal, summary, refresh,
    /// Shows a heading with what follows; the heading is what a screen reader goes to.
    show(title, ...content) {
      if (signal.aborted) return;
      document.title = name ? `${title} · ${name} · Circadian` : "Circadian";
      replace(view, h("h1", { tabindex: "-1" }, title), ...content);
    },
    again: route,
  };
}

async function route() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const { name, place, rest } = here();
  if (summary?.name !== name) summary = null;
  frame();
  const current = page(name, rest, signal);
  replace(view, waiting());
  try {
    if (name) await refresh(name);
    if (signal.aborted) return;
    current.summary = summary;
    await (name ? shown[place] ?? chat : home)(current);
  } catch (error) {
    if (signal.aborted || isAbort(error)) return;
    current.show("That did not work", problem(error, route), h("p", {}, link("Choose somebody else", "#")));
  }
}

/// On a new page the reader begins at its heading, unless the page has put the focus somewhere itself.
async function arrive() {
  scrollTo(0, 0);
  const before = document.activeElement;
  await route();
  const isElsewhere = document.activeElement !== before && document.activeElement !== document.body;
  if (!isElsewhere) view.querySelector("h1")?.focus({ preventScroll: true });
}

document.getElementById("skip").addEventListener("click", (event) => {
  // The address says where one is; skipping must not change it.
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", arrive);
receiveDrops(refresh);
route();
