// An authenticator app (RFC 6238, SHA-1) for the URI it is set up with.
import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The key in a URI's secret (RFC 4648, base32). */
export function keyOf(uri) {
  let bits = "";
  for (const letter of new URL(uri).searchParams.get("secret")) bits += alphabet.indexOf(letter).toString(2).padStart(5, "0");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}

/**
 * What the app shows, some periods from now. Each code counts in the period before and after its own, so a person has three at once;
 * near the end of a period it waits for the next, or the earliest of them would be gone by the time it is looked at.
 */
export async function code(uri, periods = 0) {
  const { searchParams } = new URL(uri);
  const digits = Number(searchParams.get("digits"));
  const period = Number(searchParams.get("period")) * 1000;
  const left = period - (Date.now() % period);
  if (left < 3000) await sleep(left + 10);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / period) + periods));
  const sum = createHmac("sha1", keyOf(uri)).update(counter).digest();
  const number = sum.readUInt32BE(sum.at(-1) & 15) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}
