// A night, while it goes on: where it is, how long it lasts yet, and what came of it.

import { get, isAbort, of, remove, stream } from "./api.js";
import { announce, button, h, link } from "./dom.js";
import { duration, fixed, sentence } from "./format.js";
import { attempted } from "./problem.js";
import { to } from "./router.js";
import { sky } from "./sky.js";

export async function sleep(page) {
  const first = await get(of(page.name, "sleep"), page.signal);
  const night = new Night(page);
  if (first.state === "idle") return night.over(first);
  night.begin();
  night.update(first);
  return night.watch();
}

class Night {
  constructor(page) {
    Object.assign(this, { page, name: page.name, stages: [], progress: 0 });
    // Forgetting is a sleep, too: the nights since then are learned anew.
    this.forgets = page.rest[0] === "forgetting";
  }

  begin() {
    this.sky = sky(0, true);
    this.bar = h("progress", { max: 1, value: 0, "aria-label": "How far the night is" });
    this.list = h("ol", { class: "stages" });
    this.details = h("p", { class: "quiet", id: "sleep-details" });
    this.trouble = h("div");
    this.stop = button("Wake it now", () => this.interrupt(), { id: "stop-sleep" });
    this.page.show(this.forgets ? `${this.name} forgets` : `${this.name} is asleep`, this.sky, this.bar, this.list, this.details,
      h("div", { class: "row" }, this.stop),
      h("p", { class: "quiet small" }, this.forgets
        ? "What is forgotten is gone. The nights since then are learned anew without it. " : "If you wake it, nothing is learned yet, and nothing lost. ",
      "The next sleep goes on from here. You can leave this page meanwhile."),
      this.trouble);
  }

  /// Follows the night to its end. A broken stream is taken up again as long as the server answers.
  async watch() {
    const { signal } = this.page;
    for (;;) {
      try {
        for await (const { name, data } of stream(of(this.name, "sleep", "events"), { signal })) {
          if (signal.aborted) return;
          if (name === "error") throw new Error(data.message ?? data.error?.message);
          if (name === "sleep" && this.update(data)) return;
        }
      } catch (error) {
        if (isAbort(error)) return;
      }
      if (signal.aborted) return;
      const now = await get(of(this.name, "sleep"), signal);
      if (this.update(now)) return;
      await new Promise((done) => { setTimeout(done, 1000); });
    }
  }

  /// Shows where the night is; whether it is over.
  update(state) {
    if (state.state === "idle") { this.over(state); return true; }
    const isStopping = state.state === "stopping";
    this.enter(isStopping ? "waking up" : state.stage || "falling asleep");
    const { step, steps, loss, seconds, secondsLeft } = state;
    const share = secondsLeft == null ? this.progress : seconds / Math.max(seconds + secondsLeft, 1e-9);
    // Estimates waver; the moon does not go back.
    this.progress = Math.max(this.progress, Math.min(share, 1));
    this.bar.value = this.progress;
    this.sky.moveTo(this.progress);
    this.stop.disabled = isStopping;
    const told = [
      steps ? `Step ${step} of ${steps}` : null,
      steps && loss != null ? `loss ${fixed(loss, 3)}` : null,
      `${duration(seconds)} asleep`,
      secondsLeft == null ? null : `about ${duration(secondsLeft)} left`,
    ].filter(Boolean);
    this.details.textContent = sentence(told.join(", "));
    return false;
  }

  /// A new stage is spoken; the steps within one are not.
  enter(stage) {
    if (this.stages.at(-1) === stage) return;
    this.stages.push(stage);
    this.list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    this.list.append(h("li", { "aria-current": "step" }, sentence(stage).replace(/\.$/, "")));
    announce(`${this.name}: ${stage}`);
  }

  async interrupt() {
    this.stop.disabled = true;
    await attempted(this.trouble, async () => this.update(await remove(of(this.name, "sleep")))) || (this.stop.disabled = false);
  }

  async over({ outcome }) {
    if (this.isOver) return;
    this.isOver = true;
    const { title, more, links } = ending(this.name, outcome, this.forgets);
    this.page.show(title, sky(outcome ? 0.14 : 0.5, !outcome || outcome.result !== "kept"),
      h("p", { class: "lead", id: "outcome", "data-result": outcome?.result ?? "none" }, more),
      outcome?.message ? h("p", {}, sentence(outcome.message)) : null,
      h("p", { class: "row" }, links.map(([label, ...parts], index) =>
        link(label, to(this.name, ...parts), { class: index ? "button" : "button primary" }))));
    announce(`${title}. ${more}`);
    document.querySelector("#view h1")?.focus({ preventScroll: true });
    await this.page.refresh().catch(() => {});
  }
}

/// What the end of a night means.
function ending(name, outcome, forgets) {
  const talk = ["Talk", "chat", "new"];
  const tonight = ["See what waits", "tonight"];
  if (forgets && (!outcome || outcome.result === "kept")) {
    return {
      title: "Forgotten", more: `${name} does not know it any more, and the journal does not have it.`,
      links: [talk, ["Timeline", "timeline"]],
    };
  }
  switch (outcome?.result) {
    case "kept": return {
      title: "Good morning", more: `${name} has slept, and knows the day with an empty context.`,
      links: [["Read the morning’s brief", "morning", ...(outcome.night ? [outcome.night] : [])], talk, ["What it knows", "memory"]],
    };
    case "interrupted": return {
      title: `${name} was woken`,
      more: "The night is not over: the next sleep goes on from where this one stopped.",
      links: [tonight, talk],
    };
    case "refused": return {
      title: "The night was not kept",
      more: `${name} is as it was before, because the night would have done harm. The day waits for another one.`,
      links: [tonight, talk],
    };
    case "failed": return {
      title: "The night failed",
      more: `${name} is as it was before. Put right what is said below, and let it sleep again.`,
      links: [tonight, talk],
    };
    default: return { title: `${name} is awake`, more: "No night is going on.", links: [tonight, talk] };
  }
}
