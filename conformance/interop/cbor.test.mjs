// The examples of RFC 8949, appendix A, that lie within what is written here.
import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "./cbor.mjs";

const examples = [
  [0, "00"],
  [23, "17"],
  [24, "1818"],
  [100, "1864"],
  [1000, "1903e8"],
  [1000000, "1a000f4240"],
  [-1, "20"],
  [-10, "29"],
  [-100, "3863"],
  [-1000, "3903e7"],
  [Buffer.from("01020304", "hex"), "4401020304"],
  ["", "60"],
  ["IETF", "6449455446"],
  ["\u00fc", "62c3bc"],
  [new Map(), "a0"],
  [new Map([[1, 2], [3, 4]]), "a201020304"],
  [new Map([["a", "A"], ["b", "B"]]), "a26161614161626142"],
];

test("values are written as RFC 8949 shows them", () => {
  for (const [value, hex] of examples) assert.equal(encode(value).toString("hex"), hex);
});

test("lengths of every size", () => {
  for (const [length, head] of [[23, "57"], [24, "5818"], [256, "590100"], [65536, "5a00010000"]]) {
    const written = encode(Buffer.alloc(length));
    assert.equal(written.subarray(0, head.length / 2).toString("hex"), head);
    assert.equal(written.length, head.length / 2 + length);
  }
});

test("what has no encoding here is an error", () => {
  for (const value of [1.5, null, undefined, true, [], {}]) assert.throws(() => encode(value), TypeError);
  assert.throws(() => encode(2 ** 32), RangeError);
});
