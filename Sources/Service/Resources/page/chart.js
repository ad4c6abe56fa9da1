// A small chart: for every row where it was and where it is.

import { h, svg } from "./dom.js";

/// Rows `{ label, before, now, ceiling, told }`. What is drawn is also written, at the end of each row.
export function dumbbells(title, rows) {
  const most = Math.max(...rows.flatMap(({ before, now, ceiling }) => [before, now, ceiling ?? 0])) * 1.04;
  const x = (value) => (value / most) * 300;
  return h("figure", { class: "chart" }, h("figcaption", { class: "unseen" }, title),
    h("ul", {}, rows.map(({ label, before, now, ceiling, told }) => h("li", {},
      h("span", { class: "chart-label" }, label),
      svg("svg", { viewBox: "-6 0 312 16", "aria-hidden": "true" },
        svg("line", { class: "axis", x1: 0, x2: 300, y1: 8, y2: 8 }),
        svg("line", { class: "way", x1: x(now), x2: x(before), y1: 8, y2: 8 }),
        ceiling == null ? null : svg("line", { class: "ceiling", x1: x(ceiling), x2: x(ceiling), y1: 1, y2: 15 }),
        svg("circle", { class: "before", cx: x(before), cy: 8, r: 4.5 }),
        svg("circle", { class: "now", cx: x(now), cy: 8, r: 4.5 })),
      h("span", { class: "chart-value" }, told)))));
}
