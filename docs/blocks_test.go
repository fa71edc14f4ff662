// Package docs_test compiles every Go block of the README and of the pages in
// this folder, so that they stay true.
package docs_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long the go command may take on a busy machine.
const patience = 5 * time.Minute

// preamble is what a block that is not a whole file may use: the packages it
// would import, and the values a reader has by then.
const preamble = `package block

import (
	"context"
	"crypto"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/postgres"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/apikey"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/expo"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/haveibeenpwned"
	"github.com/better-auth-go/better-auth/plugins/lastlogin"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/better-auth-go/better-auth/plugins/oauthpopup"
	"github.com/better-auth-go/better-auth/plugins/oauthproxy"
	"github.com/better-auth-go/better-auth/plugins/onetap"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/username"
	"golang.org/x/oauth2"
)

var (
	_ = context.Background
	_ = crypto.SHA256
	_ = tls.LoadX509KeyPair
	_ = errors.New
	_ = slog.Default
	_ = http.NewServeMux
	_ = os.Getenv
	_ = strings.HasSuffix
	_ = time.Now
	_ = betterauth.New
	_ = plugintest.New
	_ = postgres.Open
	_ = sqlite.Open
	_ *database.DB
	_ = apikey.New
	_ = bearer.New
	_ = emailotp.New
	_ = emailpassword.New
	_ = lastlogin.New
	_ = magiclink.New
	_ = expo.New
	_ = genericoauth.New
	_ = haveibeenpwned.New
	_ = oauthpopup.New
	_ = oauthproxy.New
	_ oauth.Provider
	_ = onetap.New
	_ = passkey.New
	_ = social.New
	_ = username.New
	_ = oauth2.NewClient
)
`

const body = `
func _(ctx context.Context, db *database.DB, auth *betterauth.Auth, mux *http.ServeMux, cfg betterauth.Config, w http.ResponseWriter, r *http.Request) error {
%s
	return nil
}
`

type block struct {
	where, code string
}

func TestGoBlocksCompile(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every Go block of the pages; run it without -short")
	}
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []block
	for _, page := range append(pages, "../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, goBlocks(page, string(text))...)
	}
	if len(blocks) < 5 {
		t.Fatalf("only %d Go blocks were found", len(blocks))
	}
	// Inside the module, so that its packages resolve, and hidden from everything that
	// lists the project's folders meanwhile.
	dir, err := os.MkdirTemp(".", ".blocks")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	vet := []string{"vet"}
	for i, b := range blocks {
		folder := filepath.Join(dir, fmt.Sprintf("block%d", i))
		vet = append(vet, "./"+filepath.ToSlash(folder))
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "block.go"), []byte(b.file()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, "go", vet...).CombinedOutput()
	if err != nil {
		for i, b := range blocks {
			out = []byte(strings.ReplaceAll(string(out), fmt.Sprintf("block%d/block.go", i), b.where))
		}
		t.Errorf("%v\n%s", err, out)
	}
}

func goBlocks(page, text string) (blocks []block) {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		if lines[i] != "```go" {
			continue
		}
		start := i + 1
		for i++; i < len(lines) && lines[i] != "```"; i++ {
		}
		if start > 1 && strings.HasPrefix(lines[start-2], "<!-- include ") {
			continue // compiled where it is from
		}
		blocks = append(blocks, block{fmt.Sprintf("%s:%d", page, start+1), strings.Join(lines[start:i], "\n")})
	}
	return blocks
}

// file makes a block a Go file: it is one, holds declarations, or statements.
func (b block) file() string {
	first := strings.TrimSpace(b.code)
	for strings.HasPrefix(first, "//") {
		_, first, _ = strings.Cut(first, "\n")
	}
	switch keyword, _, _ := strings.Cut(first, " "); keyword {
	case "package":
		return b.code
	case "func", "type", "var", "const":
		return preamble + b.code
	}
	return preamble + fmt.Sprintf(body, b.code)
}
