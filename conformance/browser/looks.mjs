// What can be measured about how a page looks: in the browser, by what it computed.

/** Resolves to a list of sentences about what is wrong; empty when nothing is. */
export const looks = (page) => page.evaluate(measure);

// Runs in the page.
function measure() {
  const wrong = [];
  const visible = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".off-screen");
  const called = (element) => `<${element.localName}> ${JSON.stringify((element.ariaLabel || element.innerText || element.name || "").trim().slice(0, 40))}`;
  const elements = [...document.body.querySelectorAll("*")].filter(visible);

  // No scrolling to the side (WCAG 2.2, 1.4.10).
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) wrong.push(`the page is ${scrollWidth} pixels wide on ${clientWidth}`);
  for (const element of elements) {
    const { left, right, width } = element.getBoundingClientRect();
    if (width > 0 && (left < -0.5 || right > clientWidth + 0.5)) wrong.push(`${called(element)} is from ${left} to ${right} on ${clientWidth} pixels`);
  }
  for (const dialog of document.querySelectorAll("dialog[open]")) {
    if (dialog.scrollWidth > dialog.clientWidth) wrong.push(`${called(dialog)} scrolls to the side`);
  }

  // What a dialog is for comes before the way out: in the order of the keyboard, and from above where there is no room side by side.
  for (const actions of document.querySelectorAll("dialog[open] .actions")) {
    const [first, ...others] = [...actions.children].filter(visible);
    const box = first.getBoundingClientRect();
    const before = (other) => (clientWidth < 480 ? box.bottom <= other.top : box.right <= other.left);
    if (!first.matches(".primary") || !others.every((other) => before(other.getBoundingClientRect()))) wrong.push(`${called(first)} is not the first action`);
  }

  // Nothing moves for whoever asked for that (2.3.3).
  const moving = document.getAnimations().filter((animation) => animation.effect.getTiming().iterations === Infinity);
  if (matchMedia("(prefers-reduced-motion: reduce)").matches && moving.length > 0) wrong.push(`${moving[0].animationName} does not end`);

  // Room for a finger (2.5.5).
  for (const element of elements.filter((element) => element.matches("a, button, input"))) {
    const { width, height } = element.getBoundingClientRect();
    if (Math.min(width, height) < 43.9) wrong.push(`${called(element)} is ${width} by ${height} pixels`);
  }

  // Text and what it stands on (1.4.3), and the outlines of what can be used (1.4.11).
  const parse = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    if (!/^rgba?\(/.test(colour)) throw new Error(`a colour as ${colour}`);
    return [r, g, b, a];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((channel, i) => channel * a + below[i] * (1 - a));
  const ground = (element) => {
    if (!element) return [255, 255, 255];
    const colour = parse(getComputedStyle(element).backgroundColor);
    return colour[3] === 1 ? colour.slice(0, 3) : over(colour, ground(element.parentElement));
  };
  const opacity = (element) => (element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1);
  const luminance = (colour) => {
    const [r, g, b] = colour.map((channel) => channel / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const check = (element, what, colour, below, least) => {
    const [r, g, b, a] = parse(colour);
    const ratio = contrast(over([r, g, b, a * opacity(element)], below), below);
    if (ratio < least) wrong.push(`${what} of ${called(element)} has a contrast of ${ratio.toFixed(2)}, less than ${least}`);
  };
  for (const element of elements) {
    const style = getComputedStyle(element);
    const texts = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
    const size = Number.parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (texts || element.matches("input")) check(element, "the text", style.color, ground(element), large ? 3 : 4.5);
    if (element.matches("svg.icon")) check(element, "the icon", style.stroke, ground(element), 3);
    if (!element.matches("input, button:not(.link, .quiet), .button")) continue;
    const outside = ground(element.parentElement);
    if (contrast(ground(element), outside) < 3) check(element, "the outline", style.outlineStyle === "none" ? style.borderTopColor : style.outlineColor, outside, 3);
  }
  return wrong;
}
