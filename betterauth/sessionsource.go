package betterauth

// SessionSource finds a session token that a request carries elsewhere than in
// the session cookie, such as in a header. Sources are asked in plugin order,
// the first that has one wins, also over the cookie; and they count for
// handlers that are not ours as well. An error or a panic fails the request.
type SessionSource struct {
	// Name tells the source apart in messages. Required.
	Name string
	// Token returns the bare token, and ok false when the request has none.
	// The token is looked up as any other; the source checks only its wrapping.
	Token func(c *Ctx) (token string, ok bool, err error)
}

type compiledSource struct {
	SessionSource
	plugin string
}

func (s compiledSource) find(c *Ctx) (token string, ok bool, err error) {
	defer recoverTo(&err, "session source %s of plugin %s", s.Name, s.plugin)
	return s.Token(c)
}
