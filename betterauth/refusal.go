package betterauth

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Refusal tells the operator of the application why a request was refused; the client
// sees an ErrorCode and no more. See ErrorCode.Refuse.
//
// Hostile requests write to the same log. So Reason and Configure are constant texts of
// the program. Seen holds values of the request that decided, but never a secret, a
// token, a code or a person's address. Texts in Seen are cut to 200 characters, and
// characters that are not printable are replaced.
type Refusal struct {
	// Reason says what was wrong, in constant words. Required.
	Reason string
	// Configure says what to change in the application if the request was meant to be
	// served: "add it to Config.TrustedOrigins". Default "": the client has to change its
	// request.
	Configure string
	// Seen are the values that were compared, such as an origin and those that are
	// trusted.
	Seen []slog.Attr
	// Err is the cause, nil without one: it is logged, and errors.Is matches it.
	Err error
}

// Refuse returns an error that answers the client as e does and logs r when it is
// answered. errors.Is matches e.
//
// Every refusal (a status below 500) is logged at Debug, with its operation, status and
// code. A refusal with a Configure is logged at Warn, so that a developer sees it, but
// only once a minute for each code and reason, so that a client cannot fill the log.
func (e *ErrorCode) Refuse(r Refusal) error { return &codedError{code: e, cause: r.Err, refusal: &r} }

// LogRefusal logs a refusal that is not returned as an error, for instance by an
// operation that redirects to a page. An error that an operation returns is logged
// without it.
func (c *Ctx) LogRefusal(err error) {
	if err == nil || isAnswer(err) {
		return
	}
	c.logRefusal(clientError(err), err)
}

// logRefusal writes the line of an error that was answered with coded.
func (c *Ctx) logRefusal(coded *ErrorCode, err error) {
	refusal := refusalOf(err)
	attrs := []slog.Attr{slog.Int("status", coded.Status)}
	if id := c.Operation().ID; id != "" {
		attrs = append(attrs, slog.String("operation", id))
	}
	if coded.Code != "" {
		attrs = append(attrs, slog.String("code", coded.Code))
	}
	if refusal == nil {
		refusal = &Refusal{}
		if err != error(coded) {
			refusal.Err = err
		}
	}
	if valueRefused(err) {
		// It may also be a column that is narrower than the schema asks for.
		refusal.Reason, refusal.Configure = "a value that its column cannot hold", "if clients may send it, compare the column with what Migrations says"
	}
	c.auth.note(c, "request refused", coded.Code, *refusal, attrs...)
}

func refusalOf(err error) *Refusal {
	for e := err; e != nil; {
		if coded, ok := e.(*codedError); ok && coded.refusal != nil {
			copied := *coded.refusal
			return &copied
		}
		switch wrapped := e.(type) {
		case interface{ Unwrap() error }:
			e = wrapped.Unwrap()
		case interface{ Unwrap() []error }:
			for _, inner := range wrapped.Unwrap() {
				if found := refusalOf(inner); found != nil {
					return found
				}
			}
			return nil
		default:
			return nil
		}
	}
	return nil
}

// note logs a refusal: at Debug, or, where something can be configured, at Warn
// once a minute.
func (a *Auth) note(ctx context.Context, message, code string, r Refusal, attrs ...slog.Attr) {
	level := slog.LevelDebug
	if r.Configure != "" {
		if first, skipped := a.noted.first(code+"\x00"+r.Reason, a.now()); first {
			level = slog.LevelWarn
			if skipped > 0 {
				attrs = append(attrs, slog.Int("more", skipped))
			}
		}
	}
	if !a.log.Enabled(ctx, level) {
		return
	}
	a.log.LogAttrs(ctx, level, message, append(attrs, r.attrs()...)...)
}

// attrs are what r adds to a line.
func (r *Refusal) attrs() []slog.Attr {
	var attrs []slog.Attr
	if r.Reason != "" {
		attrs = append(attrs, slog.String("reason", r.Reason))
	}
	if r.Err != nil {
		attrs = append(attrs, slog.String("error", logText(r.Err.Error(), maxLogCause)))
	}
	for _, seen := range r.Seen {
		attrs = append(attrs, printable(seen))
	}
	if r.Configure != "" {
		attrs = append(attrs, slog.String("configure", r.Configure))
	}
	return attrs
}

const (
	maxLogText  = 200
	maxLogCause = 500
	maxLogList  = 10
	notePeriod  = time.Minute
	// maxNotes bounds what is remembered; reasons are constant, so they are few.
	maxNotes = 256
)

// printable bounds a value that a client may have sent.
func printable(attr slog.Attr) slog.Attr {
	switch attr.Value.Kind() {
	case slog.KindInt64, slog.KindUint64, slog.KindFloat64, slog.KindBool, slog.KindDuration, slog.KindTime:
		return attr
	case slog.KindAny:
		if list, ok := attr.Value.Any().([]string); ok {
			short := make([]string, 0, min(len(list), maxLogList+1))
			for i, text := range list {
				if i == maxLogList {
					short = append(short, "…")
					break
				}
				short = append(short, logText(text, maxLogText))
			}
			return slog.Any(attr.Key, short)
		}
	}
	return slog.String(attr.Key, logText(attr.Value.String(), maxLogText))
}

// logText makes text of at most so many characters that neither ends a line nor
// moves a terminal's cursor. It reads no more of it than it keeps.
func logText(s string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n == most {
			b.WriteString("…")
			break
		}
		if n++; !unicode.IsPrint(r) {
			r = unicode.ReplacementChar
		}
		b.WriteRune(r)
	}
	return b.String()
}

// logOrigin is what of a URL may be logged: neither its path nor its query, which
// may hold a token.
func logOrigin(raw string) string {
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return ""
	case err != nil:
		return "no URL"
	case u.Host == "" && u.Scheme == "":
		return "a path"
	case u.Host == "":
		return u.Scheme + ":"
	}
	return u.Scheme + "://" + u.Host
}

// notes remember which reasons were warned of lately.
type notes struct {
	mu   sync.Mutex
	seen map[string]*noted
}

type noted struct {
	at      time.Time
	skipped int
}

// first reports whether this is the first of its kind for a while, and how many
// were not since the last that was.
func (n *notes) first(key string, now time.Time) (first bool, skipped int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	last := n.seen[key]
	if last != nil && now.Sub(last.at) < notePeriod {
		last.skipped++
		return false, 0
	}
	if last == nil {
		if len(n.seen) == maxNotes {
			return false, 0
		}
		if n.seen == nil {
			n.seen = map[string]*noted{}
		}
		last = &noted{}
		n.seen[key] = last
	}
	skipped, *last = last.skipped, noted{at: now}
	return true, skipped
}
