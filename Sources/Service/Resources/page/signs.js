// Small drawings beside the names of places and tools.

import { svg } from "./dom.js";

/// Lines in a square of 24.
const paths = {
  chat: "M4 5h16v11H11l-5 4v-4H4z",
  tonight: "M19 14.5A8 8 0 0 1 9.5 5 8 8 0 1 0 19 14.5z",
  timeline: "M6 3v18M6 7h12M6 12h8M6 17h10",
  morning: "M3 18h18M6.5 18a5.5 5.5 0 0 1 11 0M12 5v3M4.5 9.5l2 2M19.5 9.5l-2 2",
  memory: "M4 6h16M6 11h12M8 16h8M10 21h4",
  read: "M12 16V4M7.5 8.5 12 4l4.5 4.5M5 15v5h14v-5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 21 21",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-4 2.5-6 6-6s6 2 6 6M16 5a3 3 0 0 1 0 6M18 14.5c2 .8 3 2.7 3 5.5",
};

/// The sign of a place or tool; the words beside it say what it means.
export const sign = (name) => svg("svg", {
  viewBox: "0 0 24 24", width: 22, height: 22, "aria-hidden": "true", fill: "none", stroke: "currentColor",
  "stroke-width": 1.7, "stroke-linecap": "round", "stroke-linejoin": "round",
}, svg("path", { d: paths[name] }));
