// A sky: the sun's or the moon's way over the horizon. The only picture of the page.

import { svg } from "./dom.js";

const STARS = [
  [24, 18], [61, 40], [95, 14], [128, 52], [170, 22],
  [205, 36], [241, 12], [268, 47], [301, 26], [334, 44],
  [368, 16], [386, 58], [44, 66], [352, 72], [148, 9], [286, 8],
];

/// Where on its way, from 0 (rising, left) to 1 (setting, right), sun or moon stands.
function place(progress) {
  const angle = Math.PI * (1 - Math.min(Math.max(progress, 0), 1));
  return [200 + 168 * Math.cos(angle), 118 - 92 * Math.sin(angle)];
}

/// The sky of this hour: the sun is up from six to six.
export function skyOfNow() {
  const hours = new Date().getHours() + new Date().getMinutes() / 60;
  const isNight = hours < 6 || hours >= 18;
  return sky(((hours + (isNight ? 6 : -6)) % 24) / 12, isNight);
}

/// A drawing; its `moveTo` moves the light. It says nothing that the text beside it does not say.
export function sky(progress, isNight) {
  const light = svg("g", { class: "light" }, isNight
    ? svg("path", { class: "moon", d: "M4 -14.500A15 15 0 1 0 14.500 4A12 12 0 0 1 4 -14.500z" })
    : [svg("circle", { r: 26, class: "glow" }), svg("circle", { r: 15, class: "sun" })]);
  const star = ([x, y], index) => svg("circle", { cx: x, cy: y, r: index % 3 ? 0.9 : 1.5, class: `star of-${index % 4}` });
  const node = svg("svg", {
    class: `sky ${isNight ? "of-night" : "of-day"}`, viewBox: "0 0 400 130", preserveAspectRatio: "xMidYMax slice", "aria-hidden": "true",
  }, isNight ? STARS.map(star) : null,
    svg("path", { class: "way", d: "M32 118A168 92 0 0 1 368 118" }),
    light,
    svg("path", { class: "ground", d: "M0 118C60 108 96 121 150 116S260 108 310 116 380 119 400 113V130H0z" }));
  node.moveTo = (progress) => {
    const [x, y] = place(progress);
    light.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
  };
  node.moveTo(progress);
  return node;
}
