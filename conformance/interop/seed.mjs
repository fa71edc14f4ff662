// seed: makes a user with everything that another server has to understand later, and answers it as a state that survives JSON.
import { randomBytes } from "node:crypto";
import { algorithmNames, register } from "./authenticator.mjs";
import { Visitor } from "./visitor.mjs";

/** Resolves to the state that check takes; rejects at the first answer that is not right. */
export async function seed({ base, origin, email = `seed-${randomBytes(6).toString("hex")}@example.com`, password = randomBytes(12).toString("base64url") }) {
  await new Visitor({ base, origin }).expect("POST", "/sign-up/email", { name: "Grace Høpper", email, password });

  // The session kept is that of a sign-in: signing up made another one.
  const visitor = new Visitor({ base, origin });
  const { token } = (await visitor.expect("POST", "/sign-in/email", { email, password })).body;

  const credentials = [];
  for (const algorithm of algorithmNames) {
    const options = (await visitor.expect("GET", `/passkey/generate-register-options?name=${algorithm}`)).body;
    const listed = (options.excludeCredentials ?? []).map(({ id }) => id);
    const absent = credentials.find(({ credentialID }) => !listed.includes(credentialID));
    if (absent) throw new Error(`excludeCredentials lacks the ${absent.algorithm} passkey registered before`);
    // One of the three is synced, so that both device types are in the table.
    const { credential, response } = register(options, { origin, algorithm, synced: algorithm === "EdDSA" });
    const row = (await visitor.expect("POST", "/passkey/verify-registration", { response, name: `${algorithm} key` })).body;
    if (row.credentialID !== credential.credentialID) throw new Error(`registered ${credential.credentialID}, the server answered ${row.credentialID}`);
    if (row.counter !== credential.counter) throw new Error(`the ${algorithm} authenticator counted ${credential.counter}, the server answered ${row.counter}`);
    credentials.push({ ...credential, row });
  }

  const { session, user } = (await visitor.expect("GET", "/get-session")).body;
  if (session.token !== token) throw new Error("get-session answers another session than the sign-in made");
  const [name] = Object.keys(visitor.cookies).filter((cookie) => cookie.endsWith("session_token"));
  return { base, origin, user, password, session, token, sessionCookie: `${name}=${visitor.cookies[name]}`, cookies: visitor.cookies, credentials };
}
