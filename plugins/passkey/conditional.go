package passkey

// conditional is the mediation by which a browser makes a passkey without
// asking, for somebody who has just signed in with a password it keeps (section
// 5.1.3): nobody need be present, and nobody can be verified.
const conditional = "conditional"

// userVerification is what a ceremony demands (section 5.8.6). To step up is to
// prove who holds the key, whatever signing in demands. A passkey made without
// asking cannot be verified yet, and is when it signs in.
func (p *Passkeys) userVerification(begun *challenge) string {
	switch {
	case begun.Type == steppingUp:
		return required
	case begun.Mediation == conditional && p.cfg.UserVerification == required:
		return preferred
	}
	return p.cfg.UserVerification
}
