// The OpenID provider beside each server of a site that offers one: each has its own, so that what a scenario changes there is seen by its server alone.
import { startProvider } from "../oidc/start.mjs";

/** Stands in the flags of a site for the issuer, which is known only when it runs. */
export const issuer = "<issuer>";
/** The flags of a site that offers the provider. */
export const offered = ["--oidc", issuer, "--oidc-client", "app", "--oidc-secret", "hush"];

/** Starts a server by start(flags), with a provider first if the flags want one: the server then has it as `provider`, and ends it. */
export async function withProvider(start, flags) {
  if (!flags.includes(issuer)) return start(flags);
  const provider = await startProvider();
  try {
    const server = await start(flags.map((flag) => (flag === issuer ? provider.issuer : flag)));
    await allow(provider, [server.url]);
    return { ...server, provider, stop: () => Promise.all([server.stop(), provider.stop()]) };
  } catch (error) {
    await provider.stop();
    throw error;
  }
}

/** Tells the provider where the servers are, in whose callbacks its users may end. */
export const allow = (provider, bases) =>
  provider.control("clients", {
    client_id: "app",
    client_secret: "hush",
    redirect_uris: bases.flatMap((base) => [`${base}/api/auth/callback/oidc`, `${base}/elsewhere`]),
    post_logout_redirect_uris: bases.flatMap((base) => [`${base}/goodbye`, `${base}/`]),
  });
