package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sync/singleflight"
)

const (
	// keysLife is how long a key set counts without being read again: as long as a key
	// that the provider has withdrawn is accepted.
	keysLife = time.Hour
	// keysPause is how long a key set is not read again after it was read for a key id
	// that it lacks. Otherwise anybody could make this server call the provider by sending
	// tokens.
	keysPause = 20 * time.Second
	// keysRetry is how long a key set that could not be read is not asked for again: its
	// provider has enough to do.
	keysRetry = 5 * time.Second
	// maxKeys is how many key sets are kept, and how many keys of one.
	maxKeys = 100
)

var (
	errUnknownKey = errors.New("oauth: no key of the provider has the token's key id")
	errKeys       = errors.New("oauth: the provider's keys cannot be read")
)

// keySets keeps the key sets of providers by their URL.
type keySets struct {
	mu     sync.Mutex
	byURL  map[string]*keySet
	failed map[string]failedRead
	flight singleflight.Group
}

// failedRead is a key set that could not be read.
type failedRead struct {
	at  time.Time
	err error
}

type keySet struct {
	keys []jose.JSONWebKey
	read time.Time
	// lacked says that it was read for a key id that it lacks; keySets.mu guards it.
	lacked bool
}

// find returns the keys that may have signed a token with this header. A key id that the
// kept set lacks reads the set again at once, since providers rotate keys, but after a
// search that found nothing only now and then.
func (c *Caller) find(ctx context.Context, url string, publicOnly bool, kid, algorithm string) ([]jose.JSONWebKey, error) {
	set, pausing := c.kept(url)
	if set != nil && c.now().Sub(set.read) < keysLife {
		if found := set.matching(kid, algorithm); len(found) > 0 {
			return found, nil
		}
		if pausing {
			return nil, errUnknownKey
		}
	}
	// All who wait get one answer, which no single one of them may cancel.
	read, err, _ := c.keys.flight.Do(url, func() (any, error) {
		if err := c.failedLately(url); err != nil {
			return nil, err
		}
		set, err := c.readKeys(context.WithoutCancel(ctx), url, publicOnly)
		c.noteRead(url, err)
		return set, err
	})
	if err != nil {
		return nil, err
	}
	set = read.(*keySet)
	if found := set.matching(kid, algorithm); len(found) > 0 {
		return found, nil
	}
	c.keys.mu.Lock()
	defer c.keys.mu.Unlock()
	set.lacked = true
	return nil, errUnknownKey
}

// kept is the key set of a URL, or nil. pausing says that it was just read in vain.
func (c *Caller) kept(url string) (set *keySet, pausing bool) {
	c.keys.mu.Lock()
	defer c.keys.mu.Unlock()
	set = c.keys.byURL[url]
	return set, set != nil && set.lacked && c.now().Sub(set.read) < keysPause
}

// failedLately is the error of a read that failed just now, or nil.
func (c *Caller) failedLately(url string) error {
	c.keys.mu.Lock()
	defer c.keys.mu.Unlock()
	if failed, ok := c.keys.failed[url]; ok && c.now().Sub(failed.at) < keysRetry {
		return failed.err
	}
	return nil
}

// noteRead remembers whether a read failed.
func (c *Caller) noteRead(url string, err error) {
	c.keys.mu.Lock()
	defer c.keys.mu.Unlock()
	if err == nil {
		delete(c.keys.failed, url)
		return
	}
	if c.keys.failed == nil || len(c.keys.failed) >= maxKeys {
		c.keys.failed = map[string]failedRead{}
	}
	c.keys.failed[url] = failedRead{c.now(), err}
}

func (c *Caller) readKeys(ctx context.Context, at string, publicOnly bool) (*keySet, error) {
	from := at
	if strings.HasSuffix(at, wellKnown) {
		var about discovery
		if err := c.readJSON(ctx, at, publicOnly, &about); err != nil {
			return nil, err
		}
		if !about.isOf(at) {
			return nil, errKeys
		}
		// The document may name any host; only its own may be in the local network.
		from, publicOnly = about.KeysURL, publicOnly || !sameOrigin(at, about.KeysURL)
	}
	var in struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := c.readJSON(ctx, from, publicOnly, &in); err != nil {
		return nil, err
	}
	if len(in.Keys) == 0 || len(in.Keys) > maxKeys {
		return nil, errKeys
	}
	set := &keySet{read: c.now()}
	for _, raw := range in.Keys {
		var key jose.JSONWebKey
		// A key of a kind that we do not know hinders none of the others.
		if key.UnmarshalJSON(raw) == nil && key.Valid() && key.IsPublic() && key.Use != "enc" {
			set.keys = append(set.keys, key)
		}
	}
	c.keys.mu.Lock()
	defer c.keys.mu.Unlock()
	if c.keys.byURL == nil || len(c.keys.byURL) >= maxKeys {
		c.keys.byURL = map[string]*keySet{}
	}
	c.keys.byURL[at] = set
	return set, nil
}

// discovery is what a discovery document says about keys.
type discovery struct {
	Issuer  string `json:"issuer"`
	KeysURL string `json:"jwks_uri"`
}

// isOf reports whether a discovery document is that of the issuer whom it was read from
// (OpenID Connect Discovery 1.0, section 4.3), and names a key set no less protected.
func (d *discovery) isOf(at string) bool {
	return strings.TrimSuffix(d.Issuer, "/")+wellKnown == at &&
		(strings.HasPrefix(d.KeysURL, "https://") || sameOrigin(at, d.KeysURL))
}

func sameOrigin(a, b string) bool {
	one, err := url.Parse(a)
	if err != nil {
		return false
	}
	other, err := url.Parse(b)
	return err == nil && one.Scheme == other.Scheme && one.Host == other.Host
}

func (c *Caller) readJSON(ctx context.Context, at string, publicOnly bool, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return errKeys
	}
	request.Header.Set("Accept", "application/json")
	answer, err := c.Do(request, publicOnly)
	if err != nil {
		return err
	}
	if json.Unmarshal(answer.Body, into) != nil {
		return errKeys
	}
	return nil
}

// matching are the keys of an id and an algorithm. A token without a key id matches all
// keys of its algorithm (OpenID Connect Core 1.0, section 10.1).
func (s *keySet) matching(kid, algorithm string) []jose.JSONWebKey {
	var found []jose.JSONWebKey
	for _, key := range s.keys {
		if (kid == "" || key.KeyID == kid) && (key.Algorithm == "" || key.Algorithm == algorithm) {
			found = append(found, key)
		}
	}
	if kid == "" {
		return slices.Clip(found[:min(len(found), 8)])
	}
	return found
}
