// What to call a device, from its User-Agent header: good enough to recognise one's own, and no more than that.

// Order matters: most browsers also claim to be Chrome or Safari.
const browsers = [
  ["Edge", /\bEdg(A|iOS)?\//],
  ["Opera", /\bOPR\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\b(Firefox|FxiOS)\//],
  ["Chrome", /\b(Chrome|HeadlessChrome|CriOS)\//],
  ["Safari", /\bSafari\//],
];

const systems = [
  ["iPhone", /\biPhone\b/],
  ["iPad", /\biPad\b/],
  ["Android", /\bAndroid\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMac OS X\b/],
  ["Linux", /\bLinux\b/],
];

/** "Chrome on Linux", "Safari on iPhone", "curl", "Unknown device". */
export function deviceName(userAgent) {
  const agent = userAgent ?? "";
  const browser = find(browsers, agent) ?? /^[\w.-]{1,40}(?=\/)/.exec(agent)?.[0].replace("Mozilla", "") ?? "";
  const system = find(systems, agent);
  if (browser && system) return `${browser} on ${system}`;
  return browser || system || "Unknown device";
}

/** Whether it fits in a hand. */
export const isHandheld = (userAgent) => /\b(iPhone|iPad|Android|Mobile)\b/.test(userAgent ?? "");

function find(table, agent) {
  return table.find(([, pattern]) => pattern.test(agent))?.[0];
}
