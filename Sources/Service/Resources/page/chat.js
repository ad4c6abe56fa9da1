// A conversation: talk, stop, say it otherwise, answer again.

import { get, isAbort, of, post, stream } from "./api.js";
import { Composer, writingField } from "./composer.js";
import { conversations } from "./conversations.js";
import { announce, button, h, link, replace } from "./dom.js";
import { count } from "./format.js";
import { problem } from "./problem.js";
import { rename, to } from "./router.js";
import { skyOfNow } from "./sky.js";
import { LiveTurn, turnItem } from "./turns.js";

export async function chat(page) {
  const { conversations: all } = await get(of(page.name, "conversations"), page.signal);
  const wanted = page.rest[0];
  // Without a number: go on where the day is, or begin it.
  const id = wanted === "new" ? null : wanted ?? (all[0] && !all[0].isOver ? all[0].id : null);
  if (id !== null) rename(page.name, "chat", id);
  const conversation = id === null ? null : await get(of(page.name, "conversations", id), page.signal);
  new Talk(page, conversation, all).show();
}

class Talk {
  constructor(page, conversation, all) {
    Object.assign(this, { page, all, name: page.name });
    this.id = conversation?.id ?? null;
    this.isOver = conversation?.isOver ?? false;
    this.title = conversation?.title;
    this.turns = conversation?.turns ?? [];
    this.list = h("ol", { class: "turns", "aria-label": "What was said" });
    this.trouble = h("div");
    this.composer = new Composer(this.name, { say: (text) => this.say({ text }), stop: () => this.writing?.abort() });
    page.signal.addEventListener("abort", () => this.writing?.abort());
  }

  show() {
    this.greeting = h("div", { class: "greeting" });
    this.aside = h("div", { class: "beside" });
    this.page.show(this.turns.length ? this.title || `Conversation ${this.id}` : greeting(),
      this.aside,
      h("div", { class: "talk" }, this.greeting, this.list, this.trouble, this.composer.node));
    replace(this.aside, conversations(this.name, this.all, this.id));
    this.render();
    if (this.turns.length) this.follow(true);
    if (this.page.rest[0] === "new") this.composer.field.focus({ preventScroll: true });
  }

  render() {
    replace(this.greeting, this.turns.length ? null : this.welcome());
    const last = this.turns.findLast(({ role }) => role === "assistant" || role === "user");
    replace(this.list, this.turns.map((turn) => turnItem(turn, this.name, this.actions(turn, last))));
    if (this.isOver) this.list.append(turnItem({ role: "notice", text: "A night has learned this conversation. "
      + "What you say now begins a new one." }));
  }

  welcome() {
    const { nights, activity } = this.page.summary;
    return [
      skyOfNow(),
      h("p", { class: "lead" }, nights
        ? `${this.name} woke with an empty context, and knows what ${count(nights, "night")} taught it. Ask.`
        : `This is ${this.name}’s first day. Tell it something, or drop a file anywhere on this page. `
          + "Tonight it learns what it heard."),
      activity === "asleep"
        ? h("p", { class: "while-asleep" }, `${this.name} is asleep. `, link("Watch the night", to(this.name, "sleep"))) : null,
    ];
  }

  actions(turn, last) {
    if (this.isOver || !turn.id) return [];
    const act = (label, name, onclick) => [button(label, onclick, { class: "plain", "data-act": name })];
    if (turn.role === "user") return act("Say it otherwise", "edit", (event) => this.edit(turn, event.target));
    if (turn !== last) return [];
    return act("Answer again", "regenerate", () => this.say({ regenerate: true }));
  }

  /// Puts a field in the place of an own turn.
  edit(turn, pressed) {
    if (this.writing) return;
    const item = pressed.closest("li");
    const before = [...item.childNodes];
    const later = this.turns.length - this.turns.indexOf(turn) - 1;
    const close = () => { replace(item, before); item.querySelector("button")?.focus(); };
    const send = () => { if (field.value.trim()) this.say({ text: field.value.trim(), replacing: turn.id }); };
    const field = writingField("edit", "What you say instead", send);
    field.fill(turn.text);
    replace(item, h("form", {
      class: "editing",
      onsubmit: (event) => { event.preventDefault(); send(); },
      onkeydown: (event) => { if (event.key === "Escape") close(); },
    }, field,
    h("p", { class: "quiet small" }, `${this.name} answers anew`, later ? `; ${count(later, "later turn goes", "later turns go")}.` : "."),
    h("div", { class: "row end" }, button("Leave it", close), h("button", { class: "primary" }, "Say this"))));
    field.focus();
    item.scrollIntoView({ block: "center" });
  }

  /// Sends a request for a reply, and shows it as it is written.
  async say(request) {
    if (this.writing) return;
    this.writing = new AbortController();
    this.composer.busy(true);
    replace(this.trouble);
    this.withdraw(request);
    const live = new LiveTurn(this.name);
    let isHeard = Boolean(request.regenerate);
    try {
      await this.begin();
      this.pending(request, live);
      const path = of(this.name, "conversations", this.id, "turns");
      for await (const { name, data } of stream(path, { body: request, signal: this.writing.signal })) {
        if (this.page.signal.aborted) return;
        if (name === "turn") isHeard = true;
        this.take(name, data, live);
        if (name === "error") throw new Error(data.message);
        if (name === "reply") break;
      }
    } catch (error) {
      if (!this.page.signal.aborted) await this.recover(error, request, isHeard, live);
    } finally {
      this.writing = null;
      if (!this.page.signal.aborted) this.end();
    }
  }

  /// What a request withdraws goes at once.
  withdraw({ replacing, regenerate }) {
    const cut = regenerate
      ? this.turns.findLastIndex(({ role }) => role === "assistant") : this.turns.findIndex(({ id }) => id === replacing);
    if (cut >= 0) this.turns.splice(cut);
    this.render();
  }

  /// A conversation begins with its first word, so that empty ones do not pile up.
  async begin() {
    if (this.id !== null) return;
    this.id = (await post(of(this.name, "conversations"))).id;
    rename(this.name, "chat", this.id);
  }

  pending({ text }, live) {
    replace(this.greeting);
    if (text) this.list.append(turnItem({ role: "user", text }, this.name));
    this.list.append(live.item);
    this.list.setAttribute("aria-busy", "true");
    announce(`${this.name} is writing`);
    this.follow(true);
  }

  take(name, data, live) {
    if (data.conversation && data.conversation !== this.id) this.moved(data.conversation, live);
    switch (name) {
      case "turn":
        // Answering again, what was said stands there already.
        if (this.turns.at(-1)?.id !== data.turn.id) this.turns.push(data.turn);
        this.render();
        this.list.append(live.item);
        break;
      case "notice":
        this.turns.push({ role: "notice", text: data.text });
        live.item.before(turnItem(this.turns.at(-1)));
        break;
      case "reply":
        this.turns.push({ ...data.turn, ending: data.ending });
        announce(`${this.name}: ${data.turn.text}`);
        break;
      case "text": case "reasoning": case "call": case "result":
        live.add(name, data.text);
    }
    this.follow();
  }

  /// The night has taken the conversation; it goes on as another.
  moved(id) {
    this.id = id;
    this.isOver = false;
    this.turns = [];
    rename(this.name, "chat", id);
  }

  /// After a stop or an error the journal says what there is.
  async recover(error, request, isHeard, live) {
    const isStop = isAbort(error);
    try {
      // What was written until the stop is in the journal only a moment later.
      for (let attempt = 0; this.id !== null && attempt < 8; attempt += 1) {
        const now = await get(of(this.name, "conversations", this.id));
        Object.assign(this, { turns: now.turns, isOver: now.isOver });
        if (!isStop || !live.text || now.turns.at(-1)?.role === "assistant") break;
        await new Promise((done) => { setTimeout(done, 250); });
      }
    } catch {
      // The first error says more than this one.
    }
    if (isStop) {
      announce("Stopped");
      if (this.turns.at(-1)?.role === "assistant") this.turns.at(-1).ending = "interrupted";
    } else {
      if (request.text && !isHeard) this.composer.field.fill(request.text);
      replace(this.trouble, problem(error));
    }
  }

  end() {
    this.list.removeAttribute("aria-busy");
    this.composer.busy(false);
    this.render();
    this.follow();
    // On a phone the keyboard would cover the reply.
    if (matchMedia("(pointer: fine)").matches) this.composer.field.focus({ preventScroll: true });
    this.page.refresh().catch(() => {});
    get(of(this.name, "conversations"), this.page.signal).then(({ conversations: all }) => {
      this.all = all;
      replace(this.aside, conversations(this.name, all, this.id));
    }).catch(() => {});
  }

  /// Keeps the end in sight, unless somebody has scrolled away from it.
  follow(isForced = false) {
    const root = document.scrollingElement;
    if (isForced || root.scrollHeight - root.scrollTop - root.clientHeight < 240) root.scrollTop = root.scrollHeight;
  }
}

function greeting() {
  const hour = new Date().getHours();
  if (hour < 5) return "Still awake";
  return hour < 12 ? "Good morning" : hour < 18 ? "Good afternoon" : "Good evening";
}
