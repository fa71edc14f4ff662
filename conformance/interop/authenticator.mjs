// A software authenticator (WebAuthn Level 3, section 6): it answers a server's options as SimpleWebAuthn's browser functions would.
// A credential is a plain object that survives JSON, so that a key registered at one server can be used at another.
import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { encode } from "./cbor.mjs";

const bytes = (base64url) => Buffer.from(base64url, "base64url");
const text = (buffer) => Buffer.from(buffer).toString("base64url");
const sha256 = (data) => createHash("sha256").update(data).digest();

// generate, COSE key (RFC 9053 and RFC 8230) and hash per algorithm.
const algorithms = {
  ES256: {
    id: -7,
    generate: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
    cose: ({ x, y }) => new Map([[1, 2], [3, -7], [-1, 1], [-2, bytes(x)], [-3, bytes(y)]]),
    hash: "sha256",
  },
  EdDSA: {
    id: -8,
    generate: () => generateKeyPairSync("ed25519"),
    cose: ({ x }) => new Map([[1, 1], [3, -8], [-1, 6], [-2, bytes(x)]]),
    hash: null,
  },
  RS256: {
    id: -257,
    generate: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
    cose: ({ n, e }) => new Map([[1, 3], [3, -257], [-1, bytes(n)], [-2, bytes(e)]]),
    hash: "sha256",
  },
};

/** The names a credential's algorithm can have. */
export const algorithmNames = Object.keys(algorithms);

const flag = { userPresent: 0x01, userVerified: 0x04, backupEligible: 0x08, backedUp: 0x10, attestedData: 0x40 };

/**
 * Makes a credential for PublicKeyCredentialCreationOptionsJSON and registers it, attestation "none".
 * `synced` sets the backup flags, as a passkey of a phone has them. Answers {credential, response}: the credential to keep and the RegistrationResponseJSON.
 * Throws when the options do not offer the algorithm. Each call is an authenticator of its own, so excludeCredentials excludes nothing here.
 */
export function register(options, { origin, algorithm, synced = false }) {
  const { id: number, generate, cose } = algorithms[algorithm];
  if (!options.pubKeyCredParams.some(({ alg }) => alg === number)) throw new Error(`the server does not offer ${algorithm}`);

  const { privateKey, publicKey } = generate();
  const credential = {
    algorithm,
    credentialID: text(randomBytes(16)),
    privateKey: privateKey.export({ format: "jwk" }),
    rpID: options.rp.id,
    userHandle: options.user.id,
    synced,
    counter: 1,
  };
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes(credential.credentialID).length);
  const authData = Buffer.concat([
    authenticatorData(credential, flag.attestedData),
    Buffer.alloc(16), // AAGUID: all zero, as attestation "none" requires of an authenticator that does not name its model
    length,
    bytes(credential.credentialID),
    encode(cose(publicKey.export({ format: "jwk" }))),
  ]);
  return {
    credential,
    response: {
      ...envelope(credential),
      response: {
        clientDataJSON: text(clientData("webauthn.create", options.challenge, origin)),
        attestationObject: text(encode(new Map([["fmt", "none"], ["attStmt", new Map()], ["authData", authData]]))),
        transports: ["internal"],
      },
    },
  };
}

/**
 * Signs PublicKeyCredentialRequestOptionsJSON with a credential; `counter` is the signature counter to send, one more than the credential's by default.
 * Answers {credential, response}: the credential with that counter and the AuthenticationResponseJSON.
 * Throws when the options ask for other credentials or another relying party.
 */
export function authenticate(options, { origin, credential, counter = credential.counter + 1 }) {
  if (options.rpId !== credential.rpID) throw new Error(`the server is relying party ${options.rpId}, the credential is of ${credential.rpID}`);
  const allowed = options.allowCredentials ?? [];
  if (allowed.length > 0 && !allowed.some(({ id }) => id === credential.credentialID)) throw new Error(`credential ${credential.credentialID} is not among those asked for`);

  const used = { ...credential, counter };
  const authData = authenticatorData(used, 0);
  const client = clientData("webauthn.get", options.challenge, origin);
  const key = createPrivateKey({ key: credential.privateKey, format: "jwk" });
  const signature = sign(algorithms[credential.algorithm].hash, Buffer.concat([authData, sha256(client)]), key);
  return {
    credential: used,
    response: {
      ...envelope(credential),
      response: { clientDataJSON: text(client), authenticatorData: text(authData), signature: text(signature), userHandle: credential.userHandle },
    },
  };
}

function envelope({ credentialID }) {
  return { id: credentialID, rawId: credentialID, type: "public-key", authenticatorAttachment: "platform", clientExtensionResults: {} };
}

function clientData(type, challenge, origin) {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
}

// Section 6.1: hash of the RP ID, flags, counter; what follows a registration is appended by register.
function authenticatorData({ rpID, synced, counter }, extra) {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(counter);
  const flags = flag.userPresent | flag.userVerified | (synced ? flag.backupEligible | flag.backedUp : 0) | extra;
  return Buffer.concat([sha256(rpID), Buffer.from([flags]), count]);
}
