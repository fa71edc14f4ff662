package main

import (
	"bytes"
	"context"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestSecretIsGeneratedOnce(t *testing.T) {
	t.Setenv("BETTER_AUTH_SECRET", "")
	db := filepath.Join(t.TempDir(), "auth.db")
	var out bytes.Buffer
	first, err := secretFor(db, &out)
	if err != nil {
		t.Fatal(err)
	}
	if len(first) < 32 || strings.Contains(out.String(), first) || !strings.Contains(out.String(), db+".secret") {
		t.Fatalf("a secret of %d characters; printed %q", len(first), out.String())
	}
	info, err := os.Stat(db + ".secret")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, error %v", info.Mode(), err)
	}
	out.Reset()
	if again, err := secretFor(db, &out); err != nil || again != first || out.Len() > 0 {
		t.Fatalf("the second time: same %t, error %v, printed %q", again == first, err, out.String())
	}
	if _, err := secretFor(filepath.Join(db, "no folder", "auth.db"), &out); err == nil {
		t.Fatal("a secret that cannot be kept is used")
	}
	t.Setenv("BETTER_AUTH_SECRET", "from the environment")
	if secret, err := secretFor(db, &out); err != nil || secret != "from the environment" {
		t.Fatalf("%q, %v", secret, err)
	}
}

// What others could read, they cannot once the server runs.
func TestFilesAreTheOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no mode there")
	}
	for name, before := range map[string]fs.FileMode{"new": 0, "of an earlier version": 0o644} {
		t.Setenv("BETTER_AUTH_SECRET", "")
		file := filepath.Join(t.TempDir(), "auth.db")
		if before != 0 {
			for suffix, content := range map[string]string{"": "", ".secret": "kept-from-before-0123456789-abcdefghijklmnopqrstuvwxyz"} {
				if err := os.WriteFile(file+suffix, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.Chmod(file+suffix, before); err != nil {
					t.Fatal(err)
				}
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		out := &untilOpen{ready: make(chan struct{})}
		ended := make(chan error, 1)
		go func() { ended <- run(ctx, options{addr: "localhost:0", database: file}, out) }()
		select {
		case <-out.ready:
		case err := <-ended:
			t.Fatalf("%s: ended with %v", name, err)
		}
		for _, suffix := range []string{"", "-wal", "-shm", ".secret"} {
			info, err := os.Stat(file + suffix)
			if err != nil {
				t.Fatal(err)
			}
			if mode := info.Mode().Perm(); mode != 0o600 {
				t.Errorf("%s: auth.db%s has mode %o", name, suffix, mode)
			}
		}
		if told := strings.Count(out.text, "Other users could open"); told != 0 && before == 0 || told != 2 && before != 0 {
			t.Errorf("%s: printed %q", name, out.text)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	}
}

func TestPageNeedsNothingElse(t *testing.T) {
	t.Parallel()
	outside := regexp.MustCompile(`(?i)(src|href|from|import|url)\s*[=(]?\s*["'(]?(https?:)?//`)
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script[^>]*>[^<]|innerHTML|javascript:`)
	err := fs.WalkDir(page, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(page, path)
		if err != nil {
			return err
		}
		if found := outside.Find(text); found != nil {
			t.Errorf("%s refers to another host: %q", path, found)
		}
		if found := inline.Find(text); found != nil {
			t.Errorf("%s holds what the policy forbids: %q", path, found)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPageHandler(t *testing.T) {
	t.Parallel()
	handler := pageHandler("http://localhost:3000")
	tests := []struct {
		host, path string
		status     int
		location   string
	}{
		{"localhost:3000", "/", http.StatusOK, ""},
		{"localhost:3000", "/main.js", http.StatusOK, ""},
		{"localhost:3000", "/nowhere", http.StatusNotFound, ""},
		{"localhost:3000", "/../main.go", http.StatusBadRequest, ""},
		{"127.0.0.1:3000", "/", http.StatusTemporaryRedirect, "http://localhost:3000/"},
		{"[::1]:3000", "//example.com/", http.StatusTemporaryRedirect, "http://localhost:3000//example.com/"},
	}
	for _, test := range tests {
		r := httptest.NewRequest(http.MethodGet, "http://"+test.host+test.path, nil)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != test.status || w.Header().Get("Location") != test.location {
			t.Errorf("%s%s: %d to %q", test.host, test.path, w.Code, w.Header().Get("Location"))
		}
		if csp := w.Header().Get("Content-Security-Policy"); test.location == "" && csp != policy {
			t.Errorf("%s%s: policy %q", test.host, test.path, csp)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("policy %q", policy)
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	t.Setenv("BETTER_AUTH_SECRET", "a-secret-for-tests-0123456789-abcdefgh")
	ctx, cancel := context.WithCancel(t.Context())
	out := &untilOpen{ready: make(chan struct{})}
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, options{addr: "localhost:0", database: filepath.Join(t.TempDir(), "auth.db")}, out)
	}()
	select {
	case <-out.ready:
	case err := <-ended:
		t.Fatalf("ended with %v", err)
	}
	url := regexp.MustCompile(`http://localhost:\d+`).FindString(out.text)
	answer, err := http.Get(url + "/api/auth/ok")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("status %d", answer.StatusCode)
	}
	for path, header := range map[string]string{"/": "Referrer-Policy", "/dev/mail": "Content-Security-Policy"} {
		answer, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK || answer.Header.Get(header) == "" {
			t.Errorf("%s: status %d, %s %q", path, answer.StatusCode, header, answer.Header.Get(header))
		}
	}
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(3 * time.Minute):
		t.Fatal("it does not stop")
	}
}

// untilOpen keeps what is printed and closes ready once the server says where it is.
type untilOpen struct {
	text  string
	ready chan struct{}
}

func (u *untilOpen) Write(p []byte) (int, error) {
	u.text += string(p)
	if strings.HasPrefix(string(p), "Open ") {
		close(u.ready)
	}
	return len(p), nil
}
