package cases

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"math/big"
	"sync"

	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// rsaKey is made once: it takes longer than all the rest.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // no randomness, or a broken crypto/rsa
	}
	return key
})

// key is a registration whose public key is bent.
func key(name string, alg passkeytest.Algorithm, change func(map[int]any)) Case {
	return Case{
		Name: "key: " + name, Group: Registration, Step: "7.1.20", Bends: COSEKey, Want: passkey.ErrRegistrationFailed,
		Prepare: creates(passkeytest.CreateOptions{Algorithm: alg, Tamper: passkeytest.Tamper{COSEKey: change}}),
	}
}

func keyBytes(name string, change func([]byte) []byte) Case {
	return Case{
		Name: "key: " + name, Group: Registration, Step: "7.1.20", Bends: COSEKey, Want: passkey.ErrRegistrationFailed,
		Prepare: creates(passkeytest.CreateOptions{Tamper: passkeytest.Tamper{COSEKeyBytes: change}}),
	}
}

// keys are public keys that prove nothing. Without attestation nothing has been
// signed yet, so registration is the only moment to notice.
func keys() []Case {
	const es256, eddsa, rs256 = passkeytest.ES256, passkeytest.EdDSA, passkeytest.RS256
	ones := bytes.Repeat([]byte{0xff}, 256)
	list := []Case{
		key("of no algorithm", es256, func(m map[int]any) { delete(m, 3) }),
		key("of an unknown algorithm", es256, func(m map[int]any) { m[3] = -999 }),
		key("ES384, not offered", es256, func(m map[int]any) { m[3] = -35 }),
		key("PS256, not offered", rs256, func(m map[int]any) { m[3] = -37 }),
		key("RS1, not offered", rs256, func(m map[int]any) { m[3] = -65535 }),
		key("ES256 that calls itself RS256", es256, func(m map[int]any) { m[3] = -257 }),
		key("ES256 that calls itself EdDSA", es256, func(m map[int]any) { m[3] = -8 }),
		key("RS256 that calls itself ES256", rs256, func(m map[int]any) { m[3] = -7 }),
		key("EdDSA that calls itself ES256", eddsa, func(m map[int]any) { m[3] = -7 }),
		key("algorithm as text", es256, func(m map[int]any) { m[3] = "ES256" }),
		key("of no type", es256, func(m map[int]any) { delete(m, 1) }),
		key("of an unknown type", es256, func(m map[int]any) { m[1] = 99 }),
		key("of another type", es256, func(m map[int]any) { m[1] = 1 }),
		key("symmetric", es256, func(m map[int]any) { clear(m); m[1], m[3], m[-1] = 4, 5, make([]byte, 32) }),
		key("symmetric that calls itself ES256", es256, func(m map[int]any) { clear(m); m[1], m[3], m[-1] = 4, -7, make([]byte, 32) }),
		key("without members", es256, func(m map[int]any) { clear(m) }),
		key("P-256: another curve", es256, func(m map[int]any) { m[-1] = 2 }),
		key("P-256: no curve", es256, func(m map[int]any) { delete(m, -1) }),
		key("P-256: secp256k1", es256, func(m map[int]any) { m[-1] = 8 }),
		key("P-256: off the curve", es256, func(m map[int]any) { m[-2] = bytes.Repeat([]byte{1}, 32) }),
		key("P-256: zero point", es256, func(m map[int]any) { m[-2], m[-3] = make([]byte, 32), make([]byte, 32) }),
		key("P-256: coordinates over the field", es256, func(m map[int]any) { m[-2], m[-3] = ones[:32], ones[:32] }),
		key("P-256: no x", es256, func(m map[int]any) { delete(m, -2) }),
		key("P-256: no y", es256, func(m map[int]any) { delete(m, -3) }),
		key("P-256: compressed y", es256, func(m map[int]any) { m[-3] = true }),
		key("P-256: y as text", es256, func(m map[int]any) { m[-3] = "y" }),
		key("P-256: short x", es256, func(m map[int]any) { m[-2] = m[-2].([]byte)[1:] }),
		key("P-256: x with a zero in front", es256, func(m map[int]any) { m[-2] = append([]byte{0}, m[-2].([]byte)...) }),
		key("Ed25519: X25519", eddsa, func(m map[int]any) { m[-1] = 4 }),
		key("Ed25519: Ed448", eddsa, func(m map[int]any) { m[-1], m[-2] = 7, make([]byte, 57) }),
		key("Ed25519: no curve", eddsa, func(m map[int]any) { delete(m, -1) }),
		key("Ed25519: 31 bytes", eddsa, func(m map[int]any) { m[-2] = make([]byte, 31) }),
		key("Ed25519: 33 bytes", eddsa, func(m map[int]any) { m[-2] = append(m[-2].([]byte), 0) }),
		key("Ed25519: empty", eddsa, func(m map[int]any) { m[-2] = []byte{} }),
		key("Ed25519: no x", eddsa, func(m map[int]any) { delete(m, -2) }),
		key("RSA: 512 bits", rs256, func(m map[int]any) { m[-1] = ones[:64] }),
		key("RSA: 1024 bits", rs256, func(m map[int]any) { m[-1] = ones[:128] }),
		key("RSA: 2047 bits", rs256, func(m map[int]any) { n := bytes.Clone(ones); n[0] = 0x7f; m[-1] = n }),
		key("RSA: 16384 bits", rs256, func(m map[int]any) { m[-1] = bytes.Repeat([]byte{0xff}, 2048) }),
		key("RSA: even modulus", rs256, func(m map[int]any) { n := bytes.Clone(ones); n[255] = 0xfe; m[-1] = n }),
		key("RSA: no modulus", rs256, func(m map[int]any) { delete(m, -1) }),
		key("RSA: zero modulus", rs256, func(m map[int]any) { m[-1] = make([]byte, 256) }),
		key("RSA: exponent 0", rs256, func(m map[int]any) { m[-2] = []byte{0} }),
		key("RSA: exponent 1", rs256, func(m map[int]any) { m[-2] = []byte{1} }),
		key("RSA: even exponent", rs256, func(m map[int]any) { m[-2] = []byte{1, 0, 0} }),
		key("RSA: exponent of 40 bits", rs256, func(m map[int]any) { m[-2] = []byte{1, 0, 0, 0, 1} }),
		key("RSA: no exponent", rs256, func(m map[int]any) { delete(m, -2) }),
		key("RSA: modulus as a number", rs256, func(m map[int]any) { m[-1] = 65537 }),
		keyBytes("no CBOR", func([]byte) []byte { return []byte{0xff} }),
		keyBytes("missing", func([]byte) []byte { return nil }),
		keyBytes("cut short", func(d []byte) []byte { return d[:len(d)-1] }),
		keyBytes("an array", func(d []byte) []byte { return []byte{0x83, 1, 2, 3} }),
		keyBytes("text", func([]byte) []byte { return []byte("\x63key") }),
		keyBytes("a member twice", func(d []byte) []byte { return append([]byte{d[0] + 1, 0x01, 0x02}, d[1:]...) }),
		keyBytes("of indefinite length that never ends", func(d []byte) []byte { return append([]byte{0xbf}, d[1:]...) }),
	}
	for name, point := range smallOrder() {
		list = append(list, key("Ed25519: small order, "+name, eddsa, func(m map[int]any) { m[-2] = point }))
	}
	sortByName(list)
	return list
}

// smallOrder are the points of Ed25519 that verify signatures nobody made, in
// the encodings that decoders accept.
func smallOrder() map[string][]byte {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	little := func(n *big.Int) []byte {
		out := n.FillBytes(make([]byte, 32))
		for i := range 16 {
			out[i], out[31-i] = out[31-i], out[i]
		}
		return out
	}
	signed := func(point []byte) []byte {
		out := bytes.Clone(point)
		out[31] |= 0x80
		return out
	}
	eighth := func(s string) []byte {
		point, err := hex.DecodeString(s)
		if err != nil {
			panic(err) // a constant below
		}
		return point
	}
	one, zero := big.NewInt(1), new(big.Int)
	a := eighth("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
	b := eighth("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
	return map[string][]byte{
		"0": little(zero), "0 signed": signed(little(zero)),
		"1": little(one), "1 signed": signed(little(one)),
		"-1": little(new(big.Int).Sub(p, one)), "-1 signed": signed(little(new(big.Int).Sub(p, one))),
		"p": little(p), "p signed": signed(little(p)),
		"p+1": little(new(big.Int).Add(p, one)), "p+1 signed": signed(little(new(big.Int).Add(p, one))),
		"order 8": a, "order 8 signed": signed(a),
		"order 8, other": b, "order 8, other signed": signed(b),
	}
}
