package secret

import "sync"

// OpenForeign is DecryptJWE by go-jose alone.
func (r *Ring) OpenForeign(salt, token string) ([]byte, error) { return r.openForeign(salt, token) }

// Derived is the key of the current secret for a salt, and what its tokens begin with.
func (r *Ring) Derived(salt string) (key []byte, begins string) {
	d, err := r.current().derive(salt)
	if err != nil {
		panic(err)
	}
	return d.key, d.header
}

// KeptKeys is how many derived keys of the current secret are kept.
func (r *Ring) KeptKeys() int { return len(r.current().keys.bySalt) }

// OpenWith opens initialisation vector, ciphertext and tag, parted by dots, under a key
// with associated data.
func OpenWith(key []byte, data, rest string) ([]byte, error) {
	d, err := newDerived(key)
	if err != nil {
		return nil, err
	}
	d.header = data + ".."
	d.prepareTags()
	return d.open(rest)
}

// LeftBehind is what the room for MACs has after messages were verified.
func (r *Ring) LeftBehind(messages ...string) string {
	e := r.current()
	m := e.macs.Get().(*macer)
	e.macs = &sync.Pool{New: func() any { return m }}
	for _, message := range messages {
		e.verify(message, r.Sign(message))
		if m.text != [len(m.text)]byte{} || m.sum != [len(m.sum)]byte{} {
			return string(append(m.text[:], m.sum[:]...))
		}
	}
	return ""
}
