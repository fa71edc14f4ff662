// The browser that an app opens for a sign-in: a test says what it does.
export const opened = [];
export const dismissAuthSession = () => {};
export async function openAuthSessionAsync(url, to) {
  opened.push({ url, to });
  return { type: "cancel" };
}
