// The one message there is: in the dialog on top, or else at the head of the page. Screen readers read it out.

/**
 * Says something in place of what was said before; "" for nothing. `text` is a string or a list of strings and nodes,
 * `kind` "info", "good" or "error", `offer` {label, act}: a button with what to do about it.
 */
export function say(text, kind = "info", offer) {
  for (const notice of document.querySelectorAll(".notice[role]")) notice.replaceChildren();
  if (text.length === 0) return;
  const notice = topmost().querySelector(".notice[role]");
  notice.dataset.kind = kind;
  const sentence = document.createElement("span");
  sentence.append(...[text].flat());
  notice.append(sentence);
  if (!offer) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = offer.label;
  button.addEventListener("click", offer.act);
  notice.append(button);
}

// The dialog that asks for a confirmation opens above others, and comes last in the page.
const topmost = () => [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
