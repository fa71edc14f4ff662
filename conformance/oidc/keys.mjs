// The keys that id tokens and logout tokens are signed with: one of each kind that a client may ask for.
import { generateKeyPairSync, randomUUID } from "node:crypto";

const kinds = [
  ["RS256", "rsa", { modulusLength: 2048 }],
  ["ES256", "ec", { namedCurve: "P-256" }],
  ["EdDSA", "ed25519", {}],
];

/** A new set of private keys, as JWKs. */
export function newKeys() {
  return kinds.map(([alg, type, options]) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }), alg, use: "sig", kid: randomUUID() }));
}
