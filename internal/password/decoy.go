package password

import "context"

// Decoy does the work that a failed sign-in would otherwise save, so that its
// time does not tell whether there is such a user and in which format their
// password is stored. stored is what was verified, "" when there was nothing.
//
// With Argon2id preferred, values of both formats exist until everybody has
// signed in once, and every failure costs one hash of each. Otherwise it costs
// one hash.
func (a Any) Decoy(ctx context.Context, password, stored string) error {
	modern, migrating := a.preferred().(Argon2id)
	if !migrating {
		if stored != "" {
			return nil
		}
		_, err := a.preferred().Hash(ctx, password)
		return err
	}
	spent := builtin(stored)
	for _, h := range []Hasher{modern, Scrypt{Rand: modern.Rand}} {
		if sameFormat(h, spent) {
			continue
		}
		if _, err := h.Hash(ctx, password); err != nil {
			return err
		}
	}
	return nil
}

func sameFormat(a, b Hasher) bool {
	switch a.(type) {
	case Argon2id:
		_, same := b.(Argon2id)
		return same
	case Scrypt:
		_, same := b.(Scrypt)
		return same
	}
	return false
}

// Decoy is [Any.Decoy] in line with the other calls; a hasher without one
// hashes where there was nothing to verify.
func (l *Limiter) Decoy(ctx context.Context, password, stored string) error {
	release, err := l.enter(ctx)
	if err != nil {
		return err
	}
	defer release()
	if d, ok := l.hasher.(interface {
		Decoy(context.Context, string, string) error
	}); ok {
		return d.Decoy(ctx, password, stored)
	}
	if stored != "" {
		return nil
	}
	_, err = l.hasher.Hash(ctx, password)
	return err
}
