// What the parts of the page share: finding elements, showing a part, long texts, points in time.

export const $ = (selector, root = document) => root.querySelector(selector);

const parts = ["loading", "unreachable", "signed-out", "signed-in"];

/** Shows one of the page's main parts and moves the focus to its heading, so that keyboard and screen reader follow. */
export function showPart(id, { focus = true } = {}) {
  for (const part of parts) $(`#${part}`).hidden = part !== id;
  if (focus) visibleHeading().focus();
}

/** The heading of the part that is shown. */
export const visibleHeading = () => $(parts.map((part) => `#${part}:not([hidden]) h1`).join());

/** The title of the page's tab, which is what the browser's history lists. */
export function entitle(what) {
  document.title = `${what} · Better Auth for Go: quickstart`;
}

/** A copy of a template's only element. */
export const fromTemplate = (id) => $(`#${id}`).content.firstElementChild.cloneNode(true);

/** A text that fits into a sentence. */
export const short = (text) => ([...text].length > 40 ? `${[...text].slice(0, 39).join("")}…` : text);

// Shows the buttons of cut() where something is cut, and only there.
const fitting = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const button = moreOf.get(target);
    if (button.ariaExpanded === "true") continue;
    button.hidden = target.scrollHeight <= target.clientHeight + 1;
  }
});
const moreOf = new WeakMap();

/**
 * Shows a text in an element that has two lines for it. Where that is not enough, a button after `before` shows the
 * whole: a finger and a keyboard reach it, other than a title.
 */
export function cut(element, text, before = element) {
  element.textContent = text;
  element.classList.add("cut");
  let button = moreOf.get(element);
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.className = "link more";
    button.addEventListener("click", () => expand(element, button, button.ariaExpanded !== "true"));
    moreOf.set(element, button);
    before.after(button);
    fitting.observe(element);
  }
  expand(element, button, false);
  button.hidden = element.scrollHeight <= element.clientHeight + 1;
}

function expand(element, button, whole) {
  element.classList.toggle("whole", whole);
  button.ariaExpanded = String(whole);
  button.textContent = whole ? "Show less" : "Show all";
}

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });
const units = [["day", 86_400], ["hour", 3_600], ["minute", 60]];

/** "2 hours ago", "just now". */
export function ago(date) {
  const seconds = (Date.now() - new Date(date)) / 1000;
  const [unit, length] = units.find(([, length]) => seconds >= length) ?? [];
  return unit ? relative.format(-Math.floor(seconds / length), unit) : "just now";
}

/** The whole date and time, in the user's own notation. */
export const exactly = (date) => full.format(new Date(date));
