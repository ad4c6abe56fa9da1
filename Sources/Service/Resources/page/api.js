// Requests to the server, and what its errors mean for a person.

import { events } from "./events.js";
import { sentence } from "./format.js";
import { askForToken } from "./token.js";

const TOKEN = "circadian.token";

/// What the server, or the way to it, said no with.
export class ServerError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/// What can be done about an error of a status; empty where its own message says it.
const advice = {
  0: "Is “circadian serve” still running? Try again when it is.",
  403: "Open this page at the address that “circadian serve” printed.",
  404: "It may have been forgotten or renamed; go back and choose again.",
  413: "Divide it into smaller files, or read it with “circadian read”.",
  415: "Text, Markdown, subtitles, JSON, HTML and PDF can be read.",
  429: "Wait a little, then try again.",
  500: "Try again; the terminal of “circadian serve” says more.",
  503: "Make room on the disk, or end what else uses this individual, then try again.",
};

/// An error as sentences: what happened, and what to do.
export function explained(error) {
  const what = sentence(error.message || "Something went wrong");
  const more = error instanceof ServerError ? advice[error.status] ?? "" : "Reload the page and try again.";
  return more ? `${what} ${more}` : what;
}

/// Whether an error is only that somebody left or stopped.
export const isAbort = (error) => error?.name === "AbortError";

/// The path of an individual, and of something of it.
export const of = (name, ...parts) => ["/api/individuals", name, ...parts.map(String)]
  .map((part, index) => (index ? encodeURIComponent(part) : part)).join("/");

async function send(method, path, { body, signal } = {}) {
  const headers = {};
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.Authorization = `Bearer ${token}`;
  const isBytes = body instanceof Blob;
  if (body !== undefined) headers["Content-Type"] = isBytes ? body.type || "application/octet-stream" : "application/json";
  let response;
  try {
    response = await fetch(path, {
      method, headers, signal, cache: "no-store",
      body: body === undefined || isBytes ? body : JSON.stringify(body),
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ServerError(0, "The server does not answer");
  }
  if (response.ok) return response;
  if (response.status === 401) {
    sessionStorage.setItem(TOKEN, await askForToken(token !== null));
    return send(method, path, { body, signal });
  }
  throw new ServerError(response.status, await message(response));
}

async function message(response) {
  try {
    return (await response.json()).error.message;
  } catch {
    return `The server answered ${response.status}`;
  }
}

export const get = async (path, signal) => (await send("GET", path, { signal })).json();
export const post = async (path, body = {}, signal) => (await send("POST", path, { body, signal })).json();
export const remove = async (path) => (await send("DELETE", path)).json();

/// The text of something that is not JSON.
export const text = async (path) => (await send("GET", path)).text();

/// The events of a stream, as they come; `body` makes it a POST.
export async function* stream(path, { body, signal } = {}) {
  const response = await send(body === undefined ? "GET" : "POST", path, { body, signal });
  try {
    yield* events(response);
  } catch (error) {
    if (isAbort(error) || signal?.aborted) throw new DOMException("stopped", "AbortError");
    throw new ServerError(0, "The connection to the server broke");
  }
}
