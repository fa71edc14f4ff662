// The accounts that the user signs in with: a password is one of them, each account at an identity provider another.
import { isPasskeyOnly } from "./account.js";
import { get, post } from "./api.js";

const password = "credential";

let latest;

/** Those at identity providers, oldest first. */
export async function list() {
  latest = await get("/list-accounts");
  return latest.filter(({ providerId }) => providerId !== password);
}

/** Whether a user has a password, by the latest list. */
export const hasPassword = (user) => latest?.some(({ providerId }) => providerId === password) ?? !isPasskeyOnly(user);

/** Removes one: its owner no longer signs in with it. */
export const unlink = ({ id }) => post("/unlink-account", { accountId: id });

/** Forgets the list of whoever was signed in. */
export const forget = () => (latest = undefined);
