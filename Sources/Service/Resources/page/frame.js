// The masthead and the places to go to.

import { h, replace } from "./dom.js";
import { count } from "./format.js";
import { readButton } from "./reading.js";
import { to } from "./router.js";
import { sign } from "./signs.js";

const names = {
  chat: "Talk", tonight: "Tonight", timeline: "Timeline", morning: "Morning", memory: "Memory", people: "People",
};

/// Places that belong to one of the six.
const within = { sleep: "tonight", episode: "timeline" };

/// How somebody is, in a few words.
export function condition(summary) {
  if (summary.problem) return "needs help";
  if (summary.activity === "asleep") return "asleep";
  const lived = summary.currentNight ? `after ${count(summary.nights, "night")}` : "before the first night";
  return `awake, ${lived}`;
}

export const waits = (summary) => summary.waitingEpisodes
  ? `${count(summary.waitingEpisodes, "thing waits", "things wait")} for tonight` : "nothing waits for tonight";

export function masthead(name, summary) {
  const node = document.getElementById("masthead");
  // Built anew only when it changes, lest a focused link disappear.
  const state = JSON.stringify([name, summary]);
  if (node.dataset.state === state) return;
  node.dataset.state = state;
  const focused = node.contains(document.activeElement) ? document.activeElement.id : null;
  replace(node,
    h("a", { class: "brand", href: "#", id: "brand" },
      h("img", { src: "/assets/icon.svg", alt: "", width: 26, height: 26 }), h("span", {}, "Circadian")),
    name ? h("p", { class: "who" }, h("strong", {}, name), summary
      ? h("span", { class: "condition" }, condition(summary), h("span", { class: "waits" }, waits(summary))) : null) : null,
    name ? h("div", { class: "tools" },
      readButton("masthead-read"),
      h("a", { class: "tool", href: to(name, "search"), id: "masthead-search" }, sign("search"), h("span", {}, "Search"))) : null);
  if (focused) document.getElementById(focused)?.focus();
}

const counted = (waiting) => [" ", h("span", { class: "count" }, String(waiting), h("span", { class: "unseen" }, " waiting"))];

export function places(name, place, summary) {
  const node = document.getElementById("places");
  node.hidden = !name;
  if (!name) return;
  const isAsleep = summary?.activity === "asleep";
  const waiting = isAsleep ? 0 : summary?.waitingEpisodes ?? 0;
  const current = within[place] ?? place;
  const state = JSON.stringify([name, current, isAsleep, waiting]);
  if (node.dataset.state === state) return;
  node.dataset.state = state;
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.place : null;
  replace(node, h("ul", {}, Object.entries(names).map(([key, label]) => h("li", {},
    h("a", {
      href: key === "tonight" && isAsleep ? to(name, "sleep") : to(name, key),
      "data-place": key, "aria-current": key === current ? "page" : null,
    }, sign(key), h("span", {}, key === "tonight" && isAsleep ? "Asleep" : label,
      key === "tonight" && waiting ? counted(waiting) : null))))));
  if (focused) node.querySelector(`[data-place="${focused}"]`)?.focus();
}
