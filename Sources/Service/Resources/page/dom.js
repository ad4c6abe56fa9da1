// Builds nodes. Data only ever becomes text or an attribute's value, so nothing that was read or said can become markup.

const SVG = "http://www.w3.org/2000/svg";

/// An element with attributes, listeners (`onclick: f`) and children (nodes, strings, lists of these; nothing for null).
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/// The same for drawings.
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(node, child);
    else if (child !== null && child !== undefined && child !== false) node.append(child);
  }
}

/// Something to press.
export const button = (label, onclick, attributes = {}) => h("button", { type: "button", onclick, ...attributes }, label);

/// Somewhere to go.
export const link = (label, href, attributes = {}) => h("a", { href, ...attributes }, label);

/// Puts children in the place of what a node holds.
export function replace(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/// Tells a screen reader, without moving anything on the screen.
export function announce(text) {
  const announcer = document.getElementById("announcer");
  // The same sentence twice is only spoken twice if the text was gone in between.
  announcer.textContent = "";
  setTimeout(() => { announcer.textContent = text; }, 60);
}

/// What is there while something is fetched.
export const waiting = (text = "A moment…") => h("p", { class: "quiet", "aria-busy": "true" }, text);
