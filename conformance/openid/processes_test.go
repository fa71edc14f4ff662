package openid_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/conformance/openid"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/database/postgres"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/social"
)

const (
	childIssuer = "OPENID_TEST_ISSUER"
	childPlace  = "OPENID_TEST_DATABASE"
	childUser   = "OPENID_TEST_USER"
	inEach      = 32
)

// The tests below start this program again, for a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv(childIssuer) != "" {
		child()
		return
	}
	os.Exit(m.Run())
}

func openAt(place string) (*database.DB, error) {
	if strings.HasPrefix(place, "postgres") {
		return postgres.Open(place)
	}
	return sqlite.Open(place)
}

// child is the other process: it says that it is ready, waits to be told, and prints the
// access tokens that it gets.
func child() {
	if err := refreshAsChild(); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

// later is when the token has expired, by the clock of plugintest.
func later() time.Time { return time.Date(2026, 1, 2, 3, 6, 5, 0, time.UTC) }

func refreshAsChild() error {
	db, err := openAt(os.Getenv(childPlace))
	if err != nil {
		return err
	}
	plugin := social.New(social.Config{EncryptTokens: true})
	auth, err := betterauth.New(betterauth.Config{BaseURL: "http://localhost:3000", Secret: plugintest.Secret, Clock: later}).Database(db).
		Plugin(plugin, genericoauth.New(genericoauth.Config{Providers: []genericoauth.Provider{{
			ID: "op", Client: oauth.Client{ID: "site", Secret: "a secret"}, Issuer: os.Getenv(childIssuer), Scopes: []string{"email", "profile", "offline_access"}}}})).
		Build(context.Background())
	if err != nil {
		return err
	}
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	tokens, err := tokensOf(plugin.TokenSource(context.Background(), os.Getenv(childUser), "op"))
	if err != nil {
		return err
	}
	fmt.Println(strings.Join(tokens, " "))
	return auth.Close(context.Background())
}

// tokensOf are the access tokens that many get at once.
func tokensOf(source oauth2.TokenSource) ([]string, error) {
	tokens, failed := make([]string, inEach), make([]error, inEach)
	var all sync.WaitGroup
	for i := range tokens {
		all.Go(func() {
			token, err := source.Token()
			if failed[i] = err; err == nil {
				tokens[i] = token.AccessToken
			}
		})
	}
	all.Wait()
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	return tokens, nil
}

// Two processes that share a database want the token of one account at once: the provider
// is asked once.
func TestSocialRefreshesOnceInTwoProcesses(t *testing.T) {
	t.Parallel()
	for engine, place := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "site.db") },
		"postgres": func(t *testing.T) string { return databasetest.PostgresDSN(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			at := place(t)
			db, err := openAt(at)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			s := newSite(t, db, openid.Config{AccessTokenLife: time.Minute})
			c := s.Client()
			s.flow(c, "/sign-in/social", ada)
			user := s.userID(c)
			s.Clock.Advance(later().Sub(s.Clock.Now()))

			other := exec.CommandContext(t.Context(), os.Args[0])
			other.Env = append(os.Environ(), childIssuer+"="+s.op.Issuer(), childPlace+"="+at, childUser+"="+user)
			other.Stderr = os.Stderr
			in, err := other.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := other.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := other.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewReader(out)
			if line, err := lines.ReadString('\n'); strings.TrimSpace(line) != "ready" {
				t.Fatalf("the other process says %q, %v", line, err)
			}
			if _, err := in.Write([]byte("go\n")); err != nil {
				t.Fatal(err)
			}
			tokens, err := tokensOf(s.social.TokenSource(t.Context(), user, "op"))
			if err != nil {
				t.Fatal(err)
			}
			line, err := lines.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			theirs := strings.Fields(line)
			if len(theirs) != inEach {
				t.Fatalf("the other process says %q", line)
			}
			for _, token := range append(tokens, theirs...) {
				if token == "" || token != tokens[0] {
					t.Fatalf("some got %q, others %q", token, tokens[0])
				}
			}
			if n := s.op.Count(openid.Token, "refresh_token"); n != 1 {
				t.Errorf("the provider was asked %d times by %d requests", n, 2*inEach)
			}
			if err := other.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}
