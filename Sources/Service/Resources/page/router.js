// Addresses: #ada/chat/7 is the individual, the place, and what of it.

/// The parts of the current address.
export function here() {
  const parts = location.hash.slice(1).split("/").filter(Boolean).map(decoded);
  const [name = null, place = "chat", ...rest] = parts;
  return { name, place, rest };
}

/// The address of a place.
export const to = (...parts) => `#${parts.map((part) => encodeURIComponent(part)).join("/")}`;

export function go(...parts) {
  const address = to(...parts);
  // The same address again means: look anew.
  if (location.hash === address) dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = address;
}

/// Names where one is by now, without going anywhere.
export const rename = (...parts) => history.replaceState(null, "", to(...parts));

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
