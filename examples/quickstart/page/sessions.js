// The user's sessions on all devices. Their tokens stay in these objects: what is shown on the page never holds one.
import { get, post } from "./api.js";

/** Newest first. Refused with SESSION_NOT_FRESH when the sign-in was long ago. */
export const list = () => get("/list-sessions");

/** The id of the session this browser has. */
export const current = async () => (await get("/get-session"))?.session.id;

export const revoke = ({ token }) => post("/revoke-session", { token });

export const revokeOthers = () => post("/revoke-other-sessions", {});
