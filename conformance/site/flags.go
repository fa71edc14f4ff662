package site

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// Options are the command line.
type Options struct {
	Port          int
	database      string
	secret        string
	basePath      string
	cookieCache   string   // "" is off
	origins       []string // none means the server's own
	features      string
	rangeAPI      string // where --with pwned asks
	oidc          issuer
	verify        bool
	ExitWithStdin bool

	// No flags set these: where the Auth logs, and what time it is for it and for
	// the controls. Nil is the Auth's default.
	Logger *slog.Logger
	Clock  func() time.Time
}

// ParseFlags reads a command line; the secret is not part of it.
func ParseFlags(args []string, secret string) (Options, error) {
	opts := Options{secret: secret}
	set := flag.NewFlagSet("server", flag.ContinueOnError)
	set.SetOutput(io.Discard) // the error says it, once
	set.IntVar(&opts.Port, "port", -1, "0 takes a free one")
	set.StringVar(&opts.database, "database", "sqlite::memory:", "sqlite:PATH or a PostgreSQL URL")
	set.StringVar(&opts.basePath, "base-path", "/api/auth", "where the endpoints live")
	set.BoolVar(&opts.verify, "verify", false, "creates no tables and refuses a database that lacks anything")
	set.StringVar(&opts.features, "with", "", "what to do differently: features by name, separated by commas")
	set.StringVar(&opts.rangeAPI, "range-api", "", "where --with pwned looks up passwords")
	opts.oidc.register(set)
	set.BoolVar(&opts.ExitWithStdin, "exit-with-stdin", false, "ends when standard input closes")
	set.Func("cookie-cache", "compact, jwt or jwe", func(value string) error {
		switch value {
		case "compact", "jwt", "jwe":
			opts.cookieCache = value
			return nil
		}
		return errors.New("compact, jwt or jwe")
	})
	set.Func("origin", "a trusted origin; may be repeated", func(value string) error {
		opts.origins = append(opts.origins, value)
		return nil
	})
	if err := set.Parse(args); err != nil {
		return opts, err
	}
	if set.NArg() > 0 {
		return opts, fmt.Errorf("unexpected %q", set.Arg(0))
	}
	if opts.Port < 0 || opts.Port > 65535 {
		return opts, errors.New("--port N is required (0 takes a free one)")
	}
	if opts.rangeAPI == "" && slices.Contains(strings.Split(opts.features, ","), "pwned") {
		return opts, errors.New("--with pwned needs --range-api URL: tests do not ask the service itself")
	}
	return opts, opts.oidc.check()
}
