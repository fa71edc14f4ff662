package passkey

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/go-webauthn/webauthn/protocol/webauthncose"
)

// maxCounter is the largest signature counter the reference's column holds.
const maxCounter = 1<<31 - 1

var errCounterRange = errors.New("the signature counter is over 31 bits")

// checkKey refuses public keys that prove nothing. Under attestation "none"
// nothing has been signed yet, so this is the only look anybody takes at the
// key: off-curve points, other key types, short RSA keys and Ed25519 points of
// small order, which verify signatures nobody made.
func checkKey(cose []byte, minRSABits int) error {
	parsed, err := webauthncose.ParsePublicKey(cose)
	if err != nil {
		return fmt.Errorf("the public key cannot be used: %w", err)
	}
	switch key := parsed.(type) {
	case webauthncose.OKPPublicKeyData:
		if err := checkShape(shape{key.KeyType, key.Algorithm, key.Curve, len(key.XCoord), 0}); err != nil {
			return err
		}
		if smallOrder(key.XCoord) {
			return errors.New("an Ed25519 key of small order")
		}
	case webauthncose.EC2PublicKeyData:
		return checkShape(shape{key.KeyType, key.Algorithm, key.Curve, len(key.XCoord), len(key.YCoord)})
	case webauthncose.RSAPublicKeyData:
		return checkRSA(key, minRSABits)
	default:
		return fmt.Errorf("a key of type %T", parsed)
	}
	return nil
}

// shape is what tells kinds of elliptic curve keys apart: the type, the algorithm, the
// curve and the bytes of the coordinates.
type shape struct {
	kind, algorithm, curve int64
	x, y                   int
}

// shapes are those of EdDSA with Ed25519, ES256, ES384 and ES512 in COSE (RFC 9053,
// section 7).
var shapes = []shape{{1, -8, 6, 32, 0}, {2, -7, 1, 32, 32}, {2, -35, 2, 48, 48}, {2, -36, 3, 66, 66}}

func checkShape(s shape) error {
	if !slices.Contains(shapes, s) {
		return fmt.Errorf("a key of type %d and algorithm %d on curve %d with coordinates of %d and %d bytes", s.kind, s.algorithm, s.curve, s.x, s.y)
	}
	return nil
}

// maxRSABits bounds the work of a signature check.
const maxRSABits = 8192

func checkRSA(key webauthncose.RSAPublicKeyData, minBits int) error {
	if key.Algorithm != -257 {
		return errors.New("an RSA key that is not RS256")
	}
	n := new(big.Int).SetBytes(key.Modulus)
	if n.BitLen() < minBits || n.BitLen() > maxRSABits || n.Bit(0) == 0 {
		return fmt.Errorf("an RSA modulus of %d bits", n.BitLen())
	}
	e := new(big.Int).SetBytes(key.Exponent)
	if e.Cmp(big.NewInt(3)) < 0 || e.BitLen() > 31 || e.Bit(0) == 0 {
		return errors.New("an RSA exponent that is even, below 3 or over 31 bits")
	}
	return nil
}

// smallOrderPoints are the encodings of the points of Ed25519 whose order
// divides eight, canonical and not; the sign bit is masked before comparing.
var smallOrderPoints = []string{
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}

func smallOrder(point []byte) bool {
	masked := slices.Clone(point)
	masked[31] &= 0x7f
	return slices.ContainsFunc(smallOrderPoints, func(s string) bool {
		known, err := hex.DecodeString(s)
		return err == nil && bytes.Equal(known, masked)
	})
}
