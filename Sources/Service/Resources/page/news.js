// What happened meanwhile, above whatever is shown: read files, nights that ended elsewhere. It stays until it is hidden.

import { button, h, replace } from "./dom.js";

/// A box that can be filled again; hidden with a button once it has told everything.
export function news(...content) {
  const box = h("div", { class: "news" }, content);
  document.getElementById("news").append(box);
  return {
    tell(about, ...content) {
      const label = `Hide what was said about ${about}`;
      replace(box, content, button("Hide", () => box.remove(), { class: "plain", "aria-label": label }));
      // Whoever has read down to the end of a conversation would not see it.
      box.scrollIntoView({ block: "nearest" });
    },
  };
}
