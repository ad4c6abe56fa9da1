// Going back and forgetting: nothing of it happens before it was said what will be lost.

import { get, of, post } from "./api.js";
import { confirmed, dialog } from "./dialog.js";
import { button, h, replace } from "./dom.js";
import { count, nights } from "./format.js";
import { attempted } from "./problem.js";
import { go } from "./router.js";

/// Asks, and makes somebody what it was on the morning after a night (0: before every night).
export async function wakeFrom(page, entries, night, outcome) {
  const { name } = page;
  const lineage = entries.filter((entry) => entry.type === "night" && entry.isInLineage);
  const target = entries.find((entry) => entry.type === "night" && entry.number === night);
  const isOtherLife = night !== 0 && !target?.isInLineage;
  const lost = lineage.filter(({ number }) => isOtherLife || number > night).map(({ number }) => number).sort((a, b) => a - b);
  const titles = entries.filter((entry) => entry.type === "episode" && lost.includes(entry.night)).map(({ title }) => title);
  const place = night === 0 ? "before every night" : `on the morning after night ${night}`;
  const isSure = await confirmed(`Make ${name} what it was ${place}?`, [
    isOtherLife
      ? h("p", {}, `Night ${night} belongs to a life that was set aside. ${name} goes back to that one.`)
      : h("p", {}, `${name} will no longer know what ${nights(lost)} taught it${titles.length ? ":" : "."}`),
    titles.length && !isOtherLife ? h("ul", {}, titles.map((title) => h("li", {}, title))) : null,
    h("p", {}, "What was read and said stays in the journal and waits for the next night. ",
      "The nights stay on the disk: you can wake from them again."),
  ], "Go back");
  if (!isSure) return;
  await attempted(outcome, async () => {
    await post(of(name, "rollback"), { night });
    await page.again();
    const box = h("p", { role: "status", class: "said-so", id: "rolled-back" }, `${name} is as it was ${place}.`);
    document.querySelector("#view h1")?.after(box);
    document.querySelector("#view h1")?.focus();
  });
}

/// Asks, and forgets one episode.
export async function forgetEpisode(page, episode, outcome) {
  const { entries } = await get(of(page.name, "timeline"), page.signal);
  const isSince = ({ type, isInLineage, number }) => type === "night" && isInLineage && number >= episode.night;
  const since = episode.night == null ? [] : entries.filter(isSince).map(({ number }) => number);
  await forget(page, [episode], since.sort((a, b) => a - b), outcome);
}

/// Looks for what says some words, asks, and forgets it.
export async function forgetWords(page, words, outcome) {
  let found = null;
  const isFound = await attempted(outcome, async () => {
    found = await get(`${of(page.name, "forgetting")}?saying=${encodeURIComponent(words)}`, page.signal);
  });
  if (!isFound) return;
  if (!found.episodes.length) {
    replace(outcome, h("p", { role: "status" }, `Nothing that ${page.name} read or heard says “${words}”.`));
    return;
  }
  await forget(page, found.episodes, found.nights, outcome);
}

async function forget(page, episodes, since, outcome) {
  const { name } = page;
  const chosen = await dialog(`Shall ${name} forget this?`, (close) => {
    const isOne = episodes.length === 1;
    const boxes = episodes.map((one) => h("input", { type: "checkbox", checked: true, value: one.id, disabled: isOne }));
    const chosenOnes = () => boxes.filter((box) => box.checked).map((box) => Number(box.value));
    const choice = (one, index) => h("label", { class: "check" }, boxes[index], h("span", {}, one.title || one.kind));
    return [
      h("div", { class: "dialog-text" },
        h("p", {}, isOne ? "This is removed from the journal, and nothing brings it back:"
          : `${count(episodes.length, "piece")} are removed from the journal, and nothing brings them back:`),
        h("ul", { class: "choice" }, episodes.map((one, index) => h("li", {}, choice(one, index)))),
        h("p", {}, since.length
          ? `${name} then sleeps ${nights(since)} anew without ${isOne ? "it" : "them"}. That takes about as long as before.`
          : "No night has learned from it, so nothing has to be learned anew.")),
      h("div", { class: "row end" },
        button("Keep everything as it is", () => close()),
        button("Forget", () => close(chosenOnes()), { class: "grave" })),
    ];
  });
  if (!chosen?.length) return;
  await attempted(outcome, async () => {
    await post(of(name, "forget"), { episodes: chosen });
    go(name, "sleep", "forgetting");
  });
}
