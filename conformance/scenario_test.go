package conformance_test

import (
	"log/slog"
	"maps"
	"net/http"
	"os"
	"slices"
	"sort"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/conformance/site"
	"github.com/go-json-experiment/json/jsontext"
)

// recording is testdata/scenarios.json: what each scenario asks, in the order in
// which it asks, and what the reference answered. suite/recording.mjs writes it.
type recording struct {
	Server  string              `json:"server"` // where the recorded server is
	Secret  string              `json:"secret"`
	Headers map[string]string   `json:"headers"` // what a request has unless it says otherwise
	Sites   map[string][]string `json:"sites"`   // the flags of the server
	// Left are the scenarios that only Node plays, each with the reason.
	Left      map[string]string   `json:"left"`
	Scenarios map[string]scenario `json:"scenarios"`
}

type scenario struct {
	Site  string         `json:"site"`
	Steps []scenarioStep `json:"steps"`
}

// scenarioStep is a request, or something that is made for a later one. <3
// /user/id> stands for that member of the third step's answer.
type scenarioStep struct {
	Request string             `json:"request"` // method and path
	Jar     int                `json:"jar"`     // whose cookies it sends and keeps, 0 for a control
	Cookies map[string]*string `json:"cookies"` // what the scenario itself puts into the jar before, or takes out
	Headers map[string]*string `json:"headers"`
	Body    jsontext.Value     `json:"body"`
	Make    *making            `json:"make"`
	Answer  *scenarioAnswer    `json:"answer"` // nil where it is not compared
}

// scenarioAnswer is what the reference answered, normalized.
type scenarioAnswer struct {
	Label   string         `json:"label"`
	Status  string         `json:"status"`
	Headers []string       `json:"headers"`
	Cookies []string       `json:"cookies"`
	Body    jsontext.Value `json:"body"`
	Mail    jsontext.Value `json:"mail"`  // a control's answer
	Value   jsontext.Value `json:"value"` // likewise
}

// fields are the parts of the answer as text, without the empty ones.
func (a *scenarioAnswer) fields() map[string]string {
	fields := map[string]string{
		"status": a.Status, "headers": strings.Join(a.Headers, "\n"), "cookies": strings.Join(a.Cookies, "\n"),
		"body": plain(a.Body), "mail": plain(a.Mail), "value": plain(a.Value),
	}
	maps.DeleteFunc(fields, func(_, text string) bool { return text == "" })
	return fields
}

// plain is what stands in the recording as it was sent: an object or an array as
// it is, and all else as text.
func plain(value jsontext.Value) string {
	if value.Kind() != '"' {
		return string(value)
	}
	text, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		return ""
	}
	return string(text)
}

func scenarios(t *testing.T) recording {
	t.Helper()
	raw, err := os.ReadFile("testdata/scenarios.json")
	if err != nil {
		t.Fatal(err)
	}
	var all recording
	parse(t, raw, &all)
	return all
}

// Our server answers the requests of the scenarios as the reference did when
// they were recorded, but for what scenarios/differences.json allows. That the
// reference still does, and that every allowed difference happens, Node shows.
func TestScenarios(t *testing.T) {
	t.Parallel()
	recorded := scenarios(t)
	allowed := differencesIn(t, "scenarios/differences.json")
	bySite := map[string][]string{}
	for name, s := range recorded.Scenarios {
		bySite[s.Site] = append(bySite[s.Site], name)
	}
	var played, compared atomic.Int64
	t.Run("sites", func(t *testing.T) {
		for name, scenarios := range bySite {
			sort.Strings(scenarios)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				wire := newWire(t, openSite(t, recorded, name), recorded.Server)
				for _, scenario := range scenarios {
					t.Run(scenario, func(t *testing.T) {
						player := newPlayer(t, wire, recorded, stoppedClock)
						player.play(recorded.Scenarios[scenario].Steps, func(label, field, want, got string) {
							where := scenario + " / " + label + " / " + field
							if want != got && !explained(allowed, where, want, got) {
								t.Errorf("%s:\nreference %s\n     here %s", where, want, got)
							}
						})
						played.Add(1)
						compared.Add(int64(player.compared))
					})
				}
			})
		}
	})
	t.Logf("%d of %d scenarios replayed, %d answers compared; the others are Node's alone, for the reasons in testdata/scenarios.json",
		played.Load(), len(recorded.Scenarios)+len(recorded.Left), compared.Load())
}

// stoppedClock shows one moment, so that nothing expires and no authenticator app
// goes on to its next code while a machine is busy. It is within a minute of
// now, since connections to a database look at the machine's own clock.
var stoppedClock = func() func() time.Time {
	moment := time.Now().Truncate(time.Minute).Add(15 * time.Second)
	return func() time.Time { return moment }
}()

func openSite(t *testing.T, recorded recording, name string) http.Handler {
	t.Helper()
	opts, err := site.ParseFlags(append([]string{"--port", "0"}, recorded.Sites[name]...), recorded.Secret)
	if err != nil {
		t.Fatal(err)
	}
	opts.Logger, opts.Clock = slog.New(slog.DiscardHandler), stoppedClock
	served, err := site.Open(t.Context(), opts, recorded.Server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(served.Close)
	return served
}

// What the recording says of itself is what the test relies on.
func TestScenariosAreMostlyReplayed(t *testing.T) {
	t.Parallel()
	recorded := scenarios(t)
	if all := len(recorded.Scenarios) + len(recorded.Left); len(recorded.Scenarios)*10 < all*8 {
		t.Errorf("Go replays %d of %d scenarios; four of five at least do not need Node", len(recorded.Scenarios), all)
	}
	for name, why := range recorded.Left {
		if _, twice := recorded.Scenarios[name]; twice || why == "" {
			t.Errorf("%s: recorded and left out, or left out for no reason", name)
		}
	}
	for name, s := range recorded.Scenarios {
		if !slices.ContainsFunc(s.Steps, func(step scenarioStep) bool { return step.Answer != nil }) {
			t.Errorf("%s: nothing of it is compared", name)
		}
	}
}
