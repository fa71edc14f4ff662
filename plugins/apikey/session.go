package apikey

import (
	"errors"
	"time"
	"unicode/utf16"

	"github.com/better-auth-go/better-auth/betterauth"
)

// sessions reports whether any configuration lets keys stand for their owner.
func (k *Keys) sessions() bool {
	for _, c := range k.configs {
		if c.EnableSessions {
			return true
		}
	}
	return false
}

// presented returns the key of a request and the configuration that takes it.
func (k *Keys) presented(c *betterauth.Ctx) (text string, conf *Config, err error) {
	if c.Request() == nil {
		return "", nil, nil
	}
	for _, conf := range k.configs {
		if !conf.EnableSessions {
			continue
		}
		if text, err = conf.from(c); text != "" || err != nil {
			return text, conf, err
		}
	}
	return "", nil, nil
}

func (c *Config) from(ctx *betterauth.Ctx) (string, error) {
	if c.KeyFrom != nil {
		return c.KeyFrom(ctx)
	}
	for _, name := range c.Headers {
		if text := ctx.Request().Header.Get(name); text != "" {
			return text, nil
		}
	}
	return "", nil
}

// beforeEvery makes every request with a key a use of it, and refuses a wrong
// one also where nobody asks who is calling.
func (k *Keys) beforeEvery(c *betterauth.Ctx) error {
	text, _, err := k.presented(c)
	if text == "" || err != nil {
		return err
	}
	if _, err = c.Session(); errors.Is(err, betterauth.ErrNoSession) {
		return nil // what the operation demands is for it to say
	}
	return err
}

// vouch is the session source: the owner of the request's key.
func (k *Keys) vouch(c *betterauth.Ctx) (*betterauth.Identity, bool, error) {
	text, lookup, err := k.presented(c)
	if text == "" || err != nil {
		return nil, false, err
	}
	if shorter(text, lookup.KeyLength) {
		return nil, false, asCode(errForbiddenKey, ErrInvalidKey)
	}
	if lookup.Validate != nil {
		ok, err := lookup.Validate(c, text)
		if err != nil {
			return nil, false, err
		}
		if !ok {
			return nil, false, asCode(errForbiddenKey, ErrInvalidKey)
		}
	}
	key, conf, err := k.lookUp(c, lookup, text, &lookup.ConfigID)
	if err != nil {
		return nil, false, err
	}
	key, user, err := k.use(c, conf, key, nil)
	if err != nil {
		return nil, false, err
	}
	k.sweep(c)
	if user == nil {
		return nil, false, ErrInvalidReference // organizations sign nobody in
	}
	return &betterauth.Identity{User: user, Session: k.session(c, key, text)}, true, nil
}

// shorter reports whether text has less than n UTF-16 code units, the reference's
// measure. It reads no further than it must.
func shorter(text string, n int) bool {
	for _, r := range text {
		if n -= utf16.RuneLen(r); n <= 0 {
			return false
		}
	}
	return n > 0
}

// session is made up for one request. Its token is the key, as in the
// reference: its holder has that already.
func (k *Keys) session(c *betterauth.Ctx, key *Key, text string) *betterauth.Session {
	now := c.Now()
	s := &betterauth.Session{ID: key.ID, Token: text, UserID: key.ReferenceID, CreatedAt: now, UpdatedAt: now, ExpiresAt: now.Add(sessionLife)}
	if ip := c.ClientIP(); ip != "" {
		s.IPAddress = &ip
	}
	if agent := c.UserAgent(); agent != "" {
		s.UserAgent = &agent
	}
	if key.ExpiresAt != nil && key.ExpiresAt.After(now) {
		s.ExpiresAt = *key.ExpiresAt
	}
	return s
}

// sessionLife is what a session by a key that lasts for ever says of itself. It
// is of no consequence: each request is checked anew.
const sessionLife = 7 * 24 * time.Hour

// banned reads the columns that the plugin admin adds to users, without which
// nobody is banned.
func banned(u *betterauth.User, now time.Time) bool {
	banned, _ := u.Extra.Value("banned")
	if banned != true {
		return false
	}
	until, _ := u.Extra.Value("banExpires")
	ends, ok := until.(time.Time)
	return !ok || ends.After(now)
}
