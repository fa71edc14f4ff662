package conformance_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A person who signed up at one server goes on at the other, and back, while
// both run on one database: password, live session, passkeys of three
// algorithms whose counters each server raises in turn, and the cookie cache
// of one server read by the other.
func TestUsersMoveBetweenServers(t *testing.T) {
	t.Parallel()
	for _, cache := range []string{"off", "compact", "jwt", "jwe"} {
		t.Run("cache "+cache, func(t *testing.T) {
			onEachEngine(t, func(t *testing.T, db testDatabase) {
				t.Run("reference first", func(t *testing.T) { handOver(t, db, cache, true) })
				t.Run("Go first", func(t *testing.T) { handOver(t, db.another(t), cache, false) })
			})
		})
	}
}

// handOver seeds at the server that made the tables, and checks at the other,
// at the first, and at the other again, each time with the counters the last
// check left.
func handOver(t *testing.T, db testDatabase, cache string, referenceFirst bool) {
	var flags, accept []string
	if cache != "off" {
		flags, accept = []string{"--cookie-cache", cache}, []string{"--cookie-cache"}
	}
	var first, second *server
	if referenceFirst {
		first = startReference(t, db, append(flags, "--migrate")...)
		second = startGo(t, db, append(flags, "--verify")...)
	} else {
		first = startGo(t, db, flags...)
		second = startReference(t, db, flags...)
	}
	state := interop(t, "seed", first, nil)
	for round, at := range []*server{second, first, second} {
		checked := interop(t, "check", at, state.raw, accept...)
		for _, result := range checked.Results {
			if !result.OK {
				t.Errorf("round %d: %s: %s", round+1, result.Name, result.Error)
			}
		}
		if want := 16 + len(accept); len(checked.Results) != want {
			t.Errorf("round %d: %d checks, not %d", round+1, len(checked.Results), want)
		}
		var left seedState
		parse(t, checked.State, &left)
		if got := left.counters(); !slices.Equal(got, []int{2 + round, 2 + round, 2 + round}) {
			t.Errorf("round %d: the passkeys count %v", round+1, got)
		}
		state.raw = checked.State
	}
	stopped(t, second)
	stopped(t, first)
}

// seedState is what seed prints, as far as Go looks at it.
type seedState struct {
	Base        string         `json:"base"`
	User        jsontext.Value `json:"user"`
	Session     jsontext.Value `json:"session"`
	Token       string         `json:"token"`
	Password    string         `json:"password"`
	Credentials []struct {
		Counter int            `json:"counter"`
		Row     jsontext.Value `json:"row"`
	} `json:"credentials"`
}

func (s seedState) counters() []int {
	var counters []int
	for _, credential := range s.Credentials {
		counters = append(counters, credential.Counter)
	}
	return counters
}

// interopOutput is what seed (raw) or check (the rest) printed.
type interopOutput struct {
	raw     jsontext.Value
	Results []struct {
		Name  string `json:"name"`
		OK    bool   `json:"ok"`
		Error string `json:"error"`
	} `json:"results"`
	State jsontext.Value `json:"state"`
}

// interop runs one of the interop commands at a server. A failed check is an
// error of the test only through the results, which say more.
func interop(t *testing.T, command string, at *server, state jsontext.Value, more ...string) interopOutput {
	t.Helper()
	args := append([]string{"interop/reference.mjs", command, "--url", at.url, "--origin", sharedOrigin}, more...)
	if state != nil {
		file := filepath.Join(t.TempDir(), "state.json")
		if err := os.WriteFile(file, state, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--state", file)
	}
	out, err := node(t, args...)
	if len(out) == 0 {
		t.Fatal(err)
	}
	printed := interopOutput{raw: out}
	parse(t, out, &printed)
	if err != nil && len(printed.Results) == 0 {
		t.Fatal(err)
	}
	return printed
}

func parse(t testing.TB, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}
