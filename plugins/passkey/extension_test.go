package passkey_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

const prfSecret = "c2VjcmV0LXByZi1yZXN1bHQtb2YtMzItYnl0ZXMhIQ"

var prfResult = map[string]any{"enabled": true, "results": map[string]any{"first": prfSecret}}

// Outputs that were asked for reach the application; they are in no row, log or
// answer.
func TestExtensionResults(t *testing.T) {
	t.Parallel()
	var got []passkey.ExtensionResults
	kit := newKit(t, passkey.Config{Extensions: passkey.Extensions{
		Registration:   map[string]any{"prf": map[string]any{}, "largeBlob": map[string]any{"support": "preferred"}, "example": true},
		Authentication: map[string]any{"prf": map[string]any{"eval": map[string]any{"first": "AAAA"}}, "largeBlob": map[string]any{"read": true}},
		Results:        func(_ context.Context, r passkey.ExtensionResults) { got = append(got, r) },
	}})
	alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
	var made row
	answer := register(t, alice, a, passkeytest.CreateOptions{ClientExtensions: map[string]any{
		"credProps": map[string]any{"rk": true}, "prf": prfResult, "largeBlob": map[string]any{"supported": false}, "example": "yes", "unasked": 1,
	}}).Want(http.StatusOK).Into(&made)
	if len(got) != 1 {
		t.Fatalf("told %d times", len(got))
	}
	r := got[0]
	if r.Ceremony != "registration" || r.UserID != alice.User.ID || r.PasskeyID != made.ID ||
		r.Discoverable == nil || !*r.Discoverable || r.PRFEnabled == nil || !*r.PRFEnabled || string(r.PRFFirst) != "secret-prf-result-of-32-bytes!!" ||
		r.LargeBlobSupported == nil || *r.LargeBlobSupported || len(r.Other) != 1 || r.Other["example"] != "yes" {
		t.Errorf("registration: %#v", map[string]any{"results": r.PRFFirst, "other": r.Other})
	}
	authenticate(t, kit.Client(), a, passkeytest.GetOptions{ClientExtensions: map[string]any{
		"prf": map[string]any{"results": map[string]any{"first": prfSecret}}, "largeBlob": map[string]any{"blob": "YmxvYg"}, "credProps": map[string]any{"rk": true},
	}}).Want(http.StatusOK)
	if len(got) != 2 {
		t.Fatalf("told %d times", len(got))
	}
	if r := got[1]; r.Ceremony != "authentication" || r.PasskeyID != made.ID || string(r.LargeBlob) != "blob" || r.PRFFirst == nil || r.Discoverable != nil {
		t.Errorf("authentication: %v %q", r, r.LargeBlob)
	}
	stepUp(t, alice, a, passkeytest.GetOptions{ClientExtensions: map[string]any{"prf": map[string]any{"results": map[string]any{"first": prfSecret}}}}).Want(http.StatusOK)
	if len(got) != 3 || got[2].Ceremony != "authentication" || got[2].UserID != alice.User.ID || got[2].PasskeyID != made.ID || got[2].PRFFirst == nil {
		t.Errorf("of stepping up: told %d times", len(got))
	}
	// Neither formatting nor logging shows outputs.
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "results", r)
	texts := []string{kit.Log.String(), string(answer.Body), log.String(), fmt.Sprintf("%v %+v %#v %s", r, r, r, r)}
	for _, text := range texts {
		if strings.Contains(text, prfSecret) || strings.Contains(text, "secret-prf") || strings.Contains(text, "115 101 99") {
			t.Errorf("a secret in %s", text)
		}
	}
}

// A ceremony that fails tells nobody, a hook that panics fails none, and what
// nobody asked for is dropped.
func TestExtensionResultsAreHarmless(t *testing.T) {
	t.Parallel()
	told := 0
	kit := newKit(t, passkey.Config{Extensions: passkey.Extensions{
		Registration: map[string]any{"prf": map[string]any{}},
		Results:      func(context.Context, passkey.ExtensionResults) { told++; panic("full") },
	}})
	a := newAuthenticator()
	bent := passkeytest.CreateOptions{ClientExtensions: map[string]any{"prf": prfResult}, Tamper: bentClient(func(m map[string]any) { m["origin"] = "https://evil.example" })}
	notRegistered(t, kit, register(t, kit.SignedIn("alice@example.com"), a, bent))
	if told != 0 {
		t.Error("told of a refused ceremony")
	}
	register(t, kit.SignedIn("bob@example.com"), a, passkeytest.CreateOptions{ClientExtensions: map[string]any{"prf": prfResult}}).Want(http.StatusOK)
	if told != 1 || !strings.Contains(kit.Log.String(), "full") {
		t.Errorf("told %d times", told)
	}
	authenticate(t, kit.Client(), a, passkeytest.GetOptions{ClientExtensions: map[string]any{"prf": prfResult, "other": []any{1}}}).Want(http.StatusOK)
	if told != 1 {
		t.Error("told of outputs that nobody asked for")
	}
	for name, outputs := range map[string]map[string]any{
		"text":       {"prf": "yes"},
		"array":      {"credProps": []any{}},
		"not base64": {"prf": map[string]any{"results": map[string]any{"first": "%%%"}}},
		"null":       {"prf": nil},
		"deep":       {"prf": map[string]any{"results": map[string]any{"first": map[string]any{}}}},
	} {
		answer := register(t, kit.SignedIn("carol@example.com"), newAuthenticator(), passkeytest.CreateOptions{ClientExtensions: outputs})
		if answer.Status >= 500 {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
}
