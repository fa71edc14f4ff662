// Who is signed in, and how that begins and ends with a password.
import { get, post } from "./api.js";

/** {session, user}, or null for nobody. */
export const whoami = () => get("/get-session");

export const signUp = ({ name, email, password }) => post("/sign-up/email", { name, email, password });

export const signIn = ({ email, password }) => post("/sign-in/email", { email, password });

export const signOut = () => post("/sign-out", {});
