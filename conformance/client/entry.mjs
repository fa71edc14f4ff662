// The official browser client, unmodified, behind one global function that a page or a browser test can call.
import { passkeyClient } from "@better-auth/passkey/client";
import { createAuthClient } from "better-auth/client";
import { oauthPopupClient } from "better-auth/client/plugins";

/** A client for the server at baseURL: an origin (the base path is then /api/auth) or a URL with the base path in it. */
export function createOfficialClient(baseURL) {
  return createAuthClient({ baseURL, plugins: [passkeyClient(), oauthPopupClient()] });
}

window.createOfficialClient = createOfficialClient;
