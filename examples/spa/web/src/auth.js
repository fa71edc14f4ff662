import { passkeyClient } from "@better-auth/passkey/client";
import { createAuthClient } from "better-auth/react";

/** Where the Go server is; another origin than this page's. */
export const server = import.meta.env.VITE_AUTH_URL ?? "http://localhost:3000";

// The client sends cookies along with every call, across origins too.
export const auth = createAuthClient({ baseURL: server, plugins: [passkeyClient()] });

/** The application's own API says who is signed in; fetch is told to send cookies. */
export async function greeting() {
  const answer = await fetch(`${server}/me`, { credentials: "include" });
  return answer.ok ? answer.text() : "";
}
