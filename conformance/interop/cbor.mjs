// Writes the CBOR (RFC 8949, section 3) that a WebAuthn registration needs: integers, byte and text strings, maps. Definite lengths only.

/** The encoding of a number, Uint8Array, string or Map; entries of a Map are written in its order. Throws for anything else. */
export function encode(value) {
  if (Number.isSafeInteger(value)) return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (typeof value === "string") {
    const text = Buffer.from(value, "utf8");
    return Buffer.concat([head(3, text.length), text]);
  }
  if (value instanceof Map) {
    return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, member]) => [encode(key), encode(member)])]);
  }
  throw new TypeError(`no CBOR for ${typeof value}`);
}

function head(major, count) {
  const type = major << 5;
  if (count < 24) return Buffer.from([type | count]);
  if (count < 0x100) return Buffer.from([type | 24, count]);
  if (count < 0x10000) return Buffer.from([type | 25, count >> 8, count & 0xff]);
  if (count < 0x100000000) {
    const bytes = Buffer.alloc(5, type | 26);
    bytes.writeUInt32BE(count, 1);
    return bytes;
  }
  throw new RangeError(`${count} is too large`);
}
