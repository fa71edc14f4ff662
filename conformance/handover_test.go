package conformance_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A person who signed up at one server goes on at the other, and back, while
// both run on one database: password, live session, passkeys of three
// algorithms whose counters each server raises in turn, and the cookie cache
// of one server read by the other. Either server makes the tables for some of the
// kinds of cookie, and users go both ways every time. What a cookie holds does not
// depend on the engine; suite/handover.test.mjs has all kinds on both.
func TestUsersMoveBetweenServers(t *testing.T) {
	t.Parallel()
	for i, cache := range []string{"off", "compact", "jwt", "jwe"} {
		t.Run("cache "+cache, func(t *testing.T) {
			move := func(t *testing.T, db testDatabase, referenceFirst bool) {
				var flags, accept []string
				if cache != "off" {
					flags, accept = []string{"--cookie-cache", cache}, []string{"--cookie-cache"}
				}
				var reference, ours *server
				if referenceFirst {
					reference = startReference(t, db, append(flags, "--migrate")...)
					ours = startGo(t, db, append(flags, "--verify")...)
				} else {
					ours = startGo(t, db, flags...)
					reference = startReference(t, db, flags...)
				}
				t.Run("from the reference", func(t *testing.T) { handOver(t, reference, ours, accept) })
				t.Run("from the Go server", func(t *testing.T) { handOver(t, ours, reference, accept) })
				stopped(t, ours)
				stopped(t, reference)
			}
			if cache == "off" {
				onEachEngine(t, func(t *testing.T, db testDatabase) { move(t, db, strings.HasPrefix(db.name, "sqlite:")) })
				return
			}
			t.Parallel()
			move(t, sqliteDatabase(t), i%2 == 0)
		})
	}
}

// handOver seeds a user at one server, and checks them at the other, at the first,
// and at the other again, each time with the counters the last check left.
func handOver(t *testing.T, first, second *server, accept []string) {
	moved := interop(t, append([]string{"handover", "--url", first.url, "--url", second.url}, accept...)...)
	if len(moved.Checks) != 3 {
		t.Fatalf("%d checks, not 3", len(moved.Checks))
	}
	for round, checked := range moved.Checks {
		for _, result := range checked.Results {
			if !result.OK {
				t.Errorf("round %d: %s: %s", round+1, result.Name, result.Error)
			}
		}
		if want := 16 + len(accept); len(checked.Results) != want {
			t.Errorf("round %d: %d checks, not %d", round+1, len(checked.Results), want)
		}
		if got := checked.State.counters(); !slices.Equal(got, []int{2 + round, 2 + round, 2 + round}) {
			t.Errorf("round %d: the passkeys count %v", round+1, got)
		}
	}
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

// interopOutput is what seed (raw) or handover (the rest) printed.
type interopOutput struct {
	raw    jsontext.Value
	Checks []struct {
		Results []struct {
			Name  string `json:"name"`
			OK    bool   `json:"ok"`
			Error string `json:"error"`
		} `json:"results"`
		State seedState `json:"state"`
	} `json:"checks"`
}

// interop runs one of the interop commands. A failed check is an error of the test
// only through the results, which say more.
func interop(t *testing.T, command ...string) interopOutput {
	t.Helper()
	out, err := node(t, append(append([]string{"interop/reference.mjs"}, command...), "--origin", sharedOrigin)...)
	if len(out) == 0 {
		t.Fatal(err)
	}
	printed := interopOutput{raw: out}
	parse(t, out, &printed)
	if err != nil && len(printed.Checks) == 0 {
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
