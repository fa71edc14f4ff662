// Who is signed in, how that begins and ends with a password, and what they do with their account.
import { get, post } from "./api.js";

/** {session, user}, or null for nobody. */
export const whoami = () => get("/get-session");

// Where the links in mails lead: back to this page, which arrived() asks what they were for. Identity providers lead back likewise; see returned.js.
const verified = "/?link=verified";
const reset = "/?link=reset";

/** What an address that led here has to say: {link: "verified" | "reset", token, error} of a mail, {link, provider, error} of a provider; {} without one. */
export const arrived = () => Object.fromEntries(new URLSearchParams(location.search));

export const signUp = ({ name, email, password }) => post("/sign-up/email", { name, email, password, callbackURL: verified });

export const signIn = ({ email, password }) => post("/sign-in/email", { email, password });

/** Ends the session. The answer has a `url` where an identity provider is to sign out too, which then leads back here. */
export const signOut = () => post("/sign-out", { callbackURL: "/" });

/** Mails a link to choose a new password; the answer does not tell whether there is such an account. */
export const forgot = ({ email }) => post("/request-password-reset", { email, redirectTo: reset });

/** Sets a new password with the token of such a link, which works once. */
export const resetPassword = (token, newPassword) => post("/reset-password", { token, newPassword });

/** Mails a link that confirms the address. */
export const verify = ({ email }) => post("/send-verification-email", { email, callbackURL: verified });

/** What to call somebody: their name, which may be blank, or else their address; "" when they have neither. */
export const calledBy = (user) => user.name?.trim() || (isWithoutAddress(user) ? "" : user.email);

export const changeName = (name) => post("/update-user", { name });

/** Whether they signed up with a passkey alone: such an address only fills the column, and there is no password. */
export const isPasskeyOnly = (user) => user.email.endsWith("@passkey.placeholder.invalid");

/** Whether nobody told their address: a passkey does not, nor does every identity provider. */
export const isWithoutAddress = (user) => user.email.endsWith(".placeholder.invalid");

/** Deletes the account of whoever is signed in, given their password; without one, shortly after a sign-in. */
export const deleteAccount = (password) => post("/delete-user", { password });
