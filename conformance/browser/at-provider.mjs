// Somebody at the pages of the OpenID provider, in a browser, and the quickstart that offers it.
import { startProvider } from "../oidc/start.mjs";

/** What is pressed at the provider's pages. Each resolves once the next page is asked for. */
export const atProvider = (page) => {
  const press = (name) => page.getByRole("button", { name, exact: true }).click();
  return {
    signIn: async (login) => {
      await page.getByLabel("Login name").fill(login);
      await page.getByLabel("Password").fill("any");
      await press("Sign in");
    },
    allow: () => press("Allow"),
    deny: () => press("Deny"),
    cancel: () => press("Cancel"),
    signOut: () => press("Sign out"),
  };
};

/** The settings with which a program of this project offers a provider. */
export const environmentFor = ({ issuer }, name) => ({ OIDC_ISSUER: issuer, OIDC_CLIENT_ID: "app", OIDC_CLIENT_SECRET: "hush", ...(name && { OIDC_NAME: name }) });

/** Starts a provider, and a program of its own for a test that offers it; resolves to {server, provider}. */
export async function serveWithProvider(t, program, { name = "Acme", env } = {}) {
  const provider = await startProvider();
  t.after(provider.stop);
  const server = await program.start([], { ...environmentFor(provider, name), ...env });
  t.after(server.stop);
  await provider.control("clients", {
    client_id: "app",
    client_secret: "hush",
    redirect_uris: [`${server.url}/api/auth/callback/oidc`],
    post_logout_redirect_uris: [`${server.url}/`],
  });
  return { server, provider };
}
