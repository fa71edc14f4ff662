// Errors in the words of whoever reads them. No text of the server or the browser is shown: those are written for programmers.
import { ApiError, Unreachable } from "./api.js";
import { fieldOf, fieldSentences, offerOf, sentenceOfStatus, sentences, unknown } from "./codes.js";

const cannotMake = "This device cannot create the kind of passkey that the server requires. Choose another device or security key.";
const otherPrompt = "Another passkey prompt is open, perhaps in another tab. Close it and try again.";
const tryAgain = "The passkey did not answer. Try again, or use another one.";

// What the browser's functions for passkeys throw (Web Authentication Level 3, sections 5.1.3 and 5.1.4).
const ceremonies = {
  NotAllowedError: "Cancelled, or it took too long. Nothing was changed. Try again when you are ready.",
  InvalidStateError: "This device already has a passkey for your account. Choose another device or security key.",
  SecurityError: "Passkeys do not work at this address. Open the page at the address that the server printed.",
  NotSupportedError: cannotMake,
  ConstraintError: cannotMake,
  OperationError: otherPrompt,
  TimeoutError: "That took too long. Nothing was changed. Try again when you are ready.",
  UnknownError: tryAgain,
  NotReadableError: tryAgain,
  DataError: tryAgain,
};

/** Something that can be told to be wrong before the server is asked: the field, and a sentence. */
export class Invalid extends Error {
  constructor(field, sentence) {
    super(sentence);
    this.field = field;
  }
}

/** The user was asked to confirm that it is them, and did not. */
export class Unconfirmed extends Error {}

/**
 * {text, field, offer}: a sentence or two for the user, "" for what they did themselves and need not be told; the
 * field it is about, and a button with what to do instead, where there are such.
 */
export function explain(error) {
  const name = error?.name;
  if (name === "AbortError") return { text: "" };
  if (error instanceof Invalid) return { text: error.message, field: error.field };
  if (error instanceof Unconfirmed) return { text: "Nothing was changed, because you did not confirm that it is you. Press the button again to confirm." };
  if (error instanceof Unreachable) return { text: navigator.onLine ? "The server cannot be reached. Check the connection and try again." : "You are offline. Connect to a network and try again." };
  if (error instanceof ApiError) return refusal(error);
  return { text: (error instanceof DOMException && Object.hasOwn(ceremonies, name) && ceremonies[name]) || unknown };
}

/** The sentence for a code that a mailed link brought along. */
export const explainCode = (code) => known(sentences, code) ?? "This link does not work. Ask for a new one.";

function refusal({ status, code, field: named }) {
  const field = known(fieldOf, code) ?? (named === "newPassword" ? "password" : named);
  const ofField = code === "VALIDATION_ERROR" ? known(fieldSentences, field) : undefined;
  return { text: ofField ?? known(sentences, code) ?? sentenceOfStatus(status), field, offer: known(offerOf, code) };
}

const known = (table, key) => (Object.hasOwn(table, key) ? table[key] : undefined);

/** Whether the server no longer knows who is asking. */
export const endedSession = (error) => error instanceof ApiError && ["UNAUTHORIZED", "SESSION_REQUIRED"].includes(error.code);

/** Whether the server wants to see the user sign in again first. */
export const staleSession = (error) => error instanceof ApiError && ["SESSION_NOT_FRESH", "SESSION_EXPIRED", "STEP_UP_REQUIRED"].includes(error.code);
