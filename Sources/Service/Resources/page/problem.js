// An error where it happened, as sentences, with a way on.

import { explained, isAbort } from "./api.js";
import { button, h, replace } from "./dom.js";

/// A box that says what went wrong and, where there is something to repeat, repeats it.
export function problem(error, retry) {
  return h("div", { class: "problem", role: "alert" },
    h("p", {}, explained(error)),
    retry ? button("Try again", retry) : null);
}

/// Runs `work`; what it throws is shown in `place`. Resolves to whether it went well.
export async function attempted(place, work) {
  replace(place);
  try {
    await work();
    return true;
  } catch (error) {
    if (!isAbort(error)) replace(place, problem(error));
    return false;
  }
}
