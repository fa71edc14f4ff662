package passkey

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"log/slog"
	"slices"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/go-webauthn/webauthn/protocol"
)

// refuse answers a ceremony that failed a check with code, and tells the log which
// check and what to configure where that is known. hash is of the RP ID that the
// authenticator signed for.
func (p *Passkeys) refuse(c *betterauth.Ctx, code *betterauth.ErrorCode, client *protocol.CollectedClientData, hash []byte, err error) error {
	r := betterauth.Refusal{Reason: "a check of the ceremony failed", Err: err}
	id, idErr := p.rpID(c.Origin())
	own := sha256.Sum256([]byte(id))
	var fault *protocol.Error
	switch {
	case !slices.Contains(p.origins(c.Origin()), client.Origin) && !p.follows(c, client.Origin):
		r.Reason, r.Configure = "the ceremony happened at an origin that is none of the relying party's", "if it is yours, add it to Config.TrustedOrigins, to passkey.Config.Origins where those are listed, or to RelatedOrigins where it is on another domain"
		r.Seen = []slog.Attr{slog.String("origin", client.Origin), slog.Any("origins", p.origins(c.Origin()))}
	case idErr == nil && !bytes.Equal(hash, own[:]):
		r.Reason, r.Configure = "the authenticator signed for another RP ID", "passkey.Config.RPID must stay what it was when passkeys were made"
		r.Seen = []slog.Attr{slog.String("rpId", id)}
	case errors.As(err, &fault):
		r.Seen = []slog.Attr{slog.String("check", checkOf(fault))}
	}
	return code.Refuse(r)
}

// checkOf names a check of go-webauthn's, without the values it compared.
func checkOf(fault *protocol.Error) string {
	const present, verified = "User presence required but flag not set by authenticator", "User verification required but flag not set by authenticator"
	if fault.DevInfo == present || fault.DevInfo == verified {
		return fault.DevInfo
	}
	return fault.Type + ": " + fault.Details
}

// noChallenge tells why an answer belongs to no ceremony.
func noChallenge(bound bool) error {
	if bound {
		return ErrChallengeNotFound.Refuse(betterauth.Refusal{Reason: "the challenge was answered before, or its time is over"})
	}
	return ErrChallengeNotFound.Refuse(betterauth.Refusal{
		Reason:    "the cookie of the challenge did not come back",
		Configure: "the request for the options and the answer to them must both carry cookies: from pages of one site, with credentials included, and by https where cookies are Secure",
	})
}
