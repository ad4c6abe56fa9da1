// Numbers and times, as a person says them.

const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "long" });
const yearsDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const number = new Intl.NumberFormat("en");

const valid = (text) => {
  const date = new Date(text ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date;
};

/// A date without a clock ("2024-09-18") names a day, not midnight somewhere.
const isDayOnly = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text ?? "");
const local = (text) => valid(isDayOnly(text) ? `${text}T12:00:00` : text);

export const onDay = (text) => { const date = local(text); return date ? day.format(date) : text ?? ""; };
export const onYearsDay = (text) => { const date = local(text); return date ? yearsDay.format(date) : text ?? ""; };
export const onLongDay = (text) => { const date = local(text); return date ? longDay.format(date) : text ?? ""; };
export const atClock = (text) => { const date = valid(text); return date ? clock.format(date) : text ?? ""; };
export const at = (text) => (isDayOnly(text) || !valid(text) ? onDay(text) : `${nearDay(text)}, ${atClock(text)}`);

/// The last days have names of their own.
export function nearDay(text) {
  const away = (offset) => new Date(Date.now() - offset * 864e5).toDateString() === dayKey(text);
  return away(0) ? "today" : away(1) ? "yesterday" : onDay(text);
}

/// Which day something falls on, to tell days apart.
export const dayKey = (text) => valid(text)?.toDateString() ?? "";

export const count = (n, noun, plural = `${noun}s`) => `${number.format(n)} ${n === 1 ? noun : plural}`;
export const whole = (n) => number.format(Math.round(n));
export const percent = (share) => `${Math.round(share * 100)}%`;
export const fixed = (n, digits = 2) => Number(n).toFixed(digits);

/// A chance, which may be too small for a percentage.
export const chance = (share) =>
  share < 0.001 ? "below 0.1%" : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;

export function bytes(n) {
  if (n < 1000) return `${n} bytes`;
  if (n < 1e6) return `${whole(n / 1000)} kB`;
  return n < 1e9 ? `${fixed(n / 1e6, 1)} MB` : `${fixed(n / 1e9, 1)} GB`;
}

export function duration(seconds) {
  if (seconds < 90) return count(Math.max(Math.round(seconds), 0), "second");
  return seconds < 5400 ? count(Math.round(seconds / 60), "minute") : `${fixed(seconds / 3600, 1)} hours`;
}

/// Seconds into a recording; some servers say it in words already.
export function timestamp(time) {
  if (typeof time !== "number") return time ?? "";
  const parts = [time / 3600, (time / 60) % 60, time % 60].map((part) => String(Math.floor(part)).padStart(2, "0"));
  return parts.join(":");
}

/// "a", "a and b", "a, b and c".
export function list(items, word = "and") {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} ${word} ${items.at(-1)}`;
}

/// "night 2", "nights 2 and 3".
export const nights = (numbers) => `${numbers.length === 1 ? "night" : "nights"} ${list(numbers.map(String))}`;

/// A message as a sentence: servers and command lines begin theirs small.
export function sentence(text) {
  const trimmed = String(text ?? "").trim();
  if (!trimmed) return "";
  const begun = trimmed[0].toUpperCase() + trimmed.slice(1);
  return /[.!?…]["”)]?$/.test(begun) ? begun : `${begun}.`;
}
