package apikey_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/apikey"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The table is the recorded one of the reference, and so are its indexes.
func TestTableAsRecorded(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		plan, err := betterauth.New(betterauth.Config{BaseURL: plugintest.BaseURL, Secret: plugintest.Secret}).Database(db).
			Plugin(apikey.New()).Migrations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sql, date, boolean := plan.String(), "date", "integer"
		if strings.Contains(sql, "timestamptz") {
			date, boolean = "timestamptz", "boolean"
		}
		want := strings.NewReplacer("DATE", date, "BOOLEAN", boolean).Replace(`create table "apikey" ("id" text not null primary key, "configId" text not null, ` +
			`"name" text, "start" text, "referenceId" text not null, "prefix" text, "key" text not null, "refillInterval" integer, "refillAmount" integer, ` +
			`"lastRefillAt" DATE, "enabled" BOOLEAN, "rateLimitEnabled" BOOLEAN, "rateLimitTimeWindow" integer, "rateLimitMax" integer, "requestCount" integer, ` +
			`"remaining" integer, "lastRequest" DATE, "expiresAt" DATE, "createdAt" DATE not null, "updatedAt" DATE not null, "permissions" text, "metadata" text)`)
		for _, part := range []string{want, `"apikey" ("configId")`, `"apikey" ("referenceId")`, `"apikey" ("key")`} {
			if !strings.Contains(sql, part) {
				t.Errorf("the plan lacks\n%s\nit is\n%s", part, sql)
			}
		}
	})
}

type recording struct {
	Response jsontext.Value `json:"response"`
	Row      struct {
		ID          string `json:"id"`
		ConfigID    string `json:"configId"`
		Name        string `json:"name"`
		Start       string `json:"start"`
		ReferenceID string `json:"referenceId"`
		Prefix      string `json:"prefix"`
		Key         string `json:"key"`
		Metadata    string `json:"metadata"`
	} `json:"row"`
	Hash string `json:"hash"`
}

// A row that the reference wrote is found by its key and answered to the byte
// as the reference answered it.
func TestRowAsRecorded(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var v recording
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	var answered apikey.Answer
	if err := json.Unmarshal(v.Response, &answered); err != nil {
		t.Fatal(err)
	}
	if v.Row.Key != v.Hash {
		t.Fatal("the recording is of a key that is not hashed")
	}
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit, keys := site(t, db, apikey.Config{EnableMetadata: true})
		if err := kit.Users().Create(t.Context(), &betterauth.User{ID: v.Row.ReferenceID, Name: "Ada", Email: "ada@example.com"}); err != nil {
			t.Fatal(err)
		}
		row := &apikey.Key{ID: v.Row.ID, ConfigID: v.Row.ConfigID, Name: &v.Row.Name, Start: &v.Row.Start, ReferenceID: v.Row.ReferenceID, Prefix: &v.Row.Prefix,
			Hash: v.Row.Key, RateLimitTimeWindow: answered.RateLimitTimeWindow, RateLimitMax: answered.RateLimitMax, ExpiresAt: answered.ExpiresAt,
			CreatedAt: answered.CreatedAt, UpdatedAt: answered.UpdatedAt, Metadata: &v.Row.Metadata}
		if err := plugintest.StoreOf[apikey.Key](kit).Create(t.Context(), row); err != nil {
			t.Fatal(err)
		}
		answer := stored(t, kit, row.ID).Answer()
		answer.Key = answered.Key
		got, err := json.Marshal(answer, json.WithMarshalers(json.MarshalToFunc(func(enc *jsontext.Encoder, at time.Time) error {
			return enc.WriteValue(database.AppendTime(nil, at))
		})))
		want := v.Response.Clone()
		if want.Compact() != nil || err != nil || string(got) != string(want) {
			t.Errorf("answered\n%s\nwant\n%s, %v", got, want, err)
		}
		if key, err := keys.Verify(t.Context(), apikey.VerifyInput{Key: answered.Key}); err != nil || *key.RequestCount != 1 {
			t.Errorf("the recorded key: %v", err)
		}
	})
}

// What no client means is refused, and never as a failure of the server.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit, keys := site(t, db, apikey.Config{EnableSessions: true, EnableMetadata: true})
		ada, key, _ := made(t, kit, keys, apikey.CreateInput{})
		for _, in := range []string{`null`, `[]`, `"x"`, `{"name":"a\u0000b"}`, `{"name":7}`, `{"name":"a","name":"b"}`, `{"expiresIn":1e308}`, `{"expiresIn":-1}`,
			`{"prefix":""}`, `{"prefix":"a\n"}`, `{"metadata":"x"}`, `{"metadata":{"a":1,"a":2}}`, `{"permissions":null}`, `{"permissions":{"a":[1]}}`, `{"remaining":99999999999}`} {
			if answer := ada.Post("/api-key/create", in); answer.Status != http.StatusBadRequest {
				t.Errorf("create %s: %d %s", in, answer.Status, answer.Body)
			}
		}
		for _, in := range []string{`{}`, `{"keyId":null}`, `{"keyId":7}`, `{"keyId":"a\u0000b","name":"n"}`, `{"keyId":"ID","expiresIn":"1"}`, `{"keyId":"ID","expiresIn":1e308}`,
			`{"keyId":"ID","enabled":"no"}`, `{"keyId":"ID","name":null}`, `{"keyId":"ID","permissions":[]}`, `{"keyId":"ID","metadata":7}`} {
			if answer := ada.Post("/api-key/update", strings.ReplaceAll(in, "ID", key.ID)); answer.Status != http.StatusBadRequest {
				t.Errorf("update %s: %d %s", in, answer.Status, answer.Body)
			}
		}
		for path, want := range map[string]int{"get": 400, "get?id=%00": 400, "get?id=a&id=b": 400, "get?id=none": 404, "list?limit=NaN": 400, "list?limit=1e99": 400,
			"list?offset=-1": 400, "list?sortBy=key": 400, "list?sortBy=%22": 400, "list?sortBy=_id": 200, "list?sortBy=permissions&sortDirection=desc": 200, "list?configId=%27": 200} {
			ada.Get("/api-key/" + path).Want(want)
		}
		for _, sent := range []string{strings.Repeat("ü", 64), strings.Repeat("x", 100000), "'" + strings.Repeat("x", 64)} {
			client := kit.Client()
			client.Header.Set("X-API-Key", sent)
			client.Get("/get-session").WantError(apikey.ErrInvalidKey)
		}
		if _, err := keys.Verify(t.Context(), apikey.VerifyInput{Key: "\x00"}); !errors.Is(err, apikey.ErrInvalidKey) {
			t.Errorf("a key with NUL: %v", err)
		}
	})
}

// A database that does not answer is no wrong key.
func TestDatabaseDown(t *testing.T) {
	t.Parallel()
	kit, keys := site(t, nil, apikey.Config{EnableSessions: true})
	_, _, text := made(t, kit, keys, apikey.CreateInput{})
	if err := kit.DB.Close(); err != nil {
		t.Fatal(err)
	}
	client := kit.Client()
	client.Header.Set("X-API-Key", text)
	client.Get("/get-session").Want(http.StatusInternalServerError)
	_, err := betterauth.Call[apikey.VerifyAnswer](t.Context(), kit.Auth, apikey.VerifyAPIKey, apikey.VerifyInput{Key: text}, betterauth.CallOptions{})
	if err == nil || errors.Is(err, apikey.ErrInvalidKey) {
		t.Errorf("verified with %v", err)
	}
	if strings.Contains(kit.Log.String(), text) {
		t.Error("the key is in the log")
	}
}

// Configurations that leave nothing, or a key that can be guessed.
func TestCheck(t *testing.T) {
	t.Parallel()
	for want, configs := range map[string][]apikey.Config{
		"has no ConfigID; give it one":             {{}, {ConfigID: "other"}},
		`two configurations have the ConfigID "a"`: {{ConfigID: "a"}, {ConfigID: "a"}},
		"can be guessed":                           {{KeyLength: 8}},
		"leave no prefix":                          {{MinPrefixLength: 40}},
		"leave no name":                            {{MinNameLength: 40}},
		"more than letters":                        {{Prefix: "a b"}},
		"gives away too much":                      {{StartLength: 60}},
		"Window over 24 days":                      {{RateLimit: apikey.RateLimit{Window: 1000 * time.Hour}}},
		"Expiry.Min and Expiry.M":                  {{Expiry: apikey.Expiry{Max: time.Hour}}},
	} {
		_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{apikey.New(configs...)}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}

// What only the server may say, it says in process; the user is the session's
// where there is one.
func TestInProcess(t *testing.T) {
	t.Parallel()
	kit, keys := site(t, nil, apikey.Config{Permissions: apikey.Permissions{"files": {"read"}}})
	ada := kit.SignedIn("ada@example.com")
	call := func(in apikey.CreateInput, o betterauth.CallOptions) (*apikey.Answer, error) {
		return betterauth.Call[*apikey.Answer](t.Context(), kit.Auth, apikey.CreateAPIKey, in, o)
	}
	asAda := betterauth.CallOptions{SessionToken: ada.Session.Token}
	for name, test := range map[string]struct {
		in   apikey.CreateInput
		o    betterauth.CallOptions
		want *betterauth.ErrorCode
	}{
		"nobody":          {apikey.CreateInput{}, betterauth.CallOptions{}, apikey.ErrUnauthorizedSession},
		"a user":          {apikey.CreateInput{UserID: &ada.User.ID, Remaining: p(int64(3))}, betterauth.CallOptions{}, nil},
		"a session":       {apikey.CreateInput{Remaining: p(int64(3))}, asAda, nil},
		"somebody else":   {apikey.CreateInput{UserID: p("bob")}, asAda, apikey.ErrUnauthorizedSession},
		"amount alone":    {apikey.CreateInput{RefillAmount: p(int64(3))}, asAda, apikey.ErrNeedsRefillInterval},
		"interval alone":  {apikey.CreateInput{RefillInterval: p(int64(3))}, asAda, apikey.ErrNeedsRefillAmount},
		"a negative":      {apikey.CreateInput{Remaining: p(int64(-3))}, asAda, betterauth.ErrValidation},
		"an enormous one": {apikey.CreateInput{RateLimitMax: p(int64(1) << 40)}, asAda, betterauth.ErrValidation},
	} {
		answer, err := call(test.in, test.o)
		switch {
		case test.want != nil:
			if !errors.Is(err, test.want) {
				t.Errorf("%s: %v", name, err)
			}
		case err != nil || answer.ReferenceID != ada.User.ID || *answer.Remaining != 3 || string(answer.Permissions) != `{"files":["read"]}`:
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
	}
	_, key, text := made(t, kit, keys, apikey.CreateInput{})
	change := apikey.UpdateInput{KeyID: key.ID, RefillAmount: p(int64(5)), RefillInterval: p(int64(1000)), Remaining: p(int64(1)), Permissions: jsontext.Value(`{"users":["list"]}`)}
	if _, err := keys.Update(t.Context(), "bob", change); !errors.Is(err, apikey.ErrKeyNotFound) {
		t.Errorf("somebody else's: %v", err)
	}
	if got, err := keys.Update(t.Context(), ada.User.ID, change); err != nil || *got.RefillAmount != 5 || !got.PermissionSet().Allow(apikey.Permissions{"users": {"list"}}) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := keys.Verify(t.Context(), apikey.VerifyInput{Key: text, Permissions: apikey.Permissions{"files": {"read"}}}); !errors.Is(err, apikey.ErrKeyNotFound) {
		t.Errorf("a permission that was replaced: %v", err)
	}
}

// With a request, in process, members that only the server may set are refused as a
// client's are, until the application says that it chose them itself. Whose key it is
// is said by the session then.
func TestInProcessWithARequest(t *testing.T) {
	t.Parallel()
	kit, _ := site(t, nil, apikey.Config{})
	ada, bob := kit.SignedIn("ada@example.com"), kit.SignedIn("bob@example.com")
	request := httptest.NewRequest(http.MethodPost, plugintest.BaseURL+"/x", nil)
	request.Header.Set("Cookie", "better-auth.session_token="+ada.Cookie("better-auth.session_token"))
	limited := apikey.CreateInput{Remaining: p(int64(3)), Permissions: apikey.Permissions{"files": {"read"}}}
	asked := limited
	asked.UserID = &ada.User.ID
	others := limited
	others.UserID = &bob.User.ID
	for name, test := range map[string]struct {
		in   apikey.CreateInput
		o    betterauth.CallOptions
		want *betterauth.ErrorCode
	}{
		"a request":                      {limited, betterauth.CallOptions{Request: request}, apikey.ErrServerOnly},
		"nothing server-only":            {apikey.CreateInput{}, betterauth.CallOptions{Request: request}, nil},
		"allowed":                        {limited, betterauth.CallOptions{Request: request, AllowServerOnly: true}, nil},
		"allowed, the session's user":    {asked, betterauth.CallOptions{Request: request, AllowServerOnly: true}, nil},
		"allowed, somebody else":         {others, betterauth.CallOptions{Request: request, AllowServerOnly: true}, apikey.ErrUnauthorizedSession},
		"allowed, request of nobody":     {asked, betterauth.CallOptions{Request: httptest.NewRequest(http.MethodPost, "/x", nil), AllowServerOnly: true}, apikey.ErrUnauthorizedSession},
		"allowed, no request to be held": {asked, betterauth.CallOptions{AllowServerOnly: true}, nil},
	} {
		answer, err := betterauth.Call[*apikey.Answer](t.Context(), kit.Auth, apikey.CreateAPIKey, test.in, test.o)
		if test.want == nil && (err != nil || answer.ReferenceID != ada.User.ID) || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("creating, %s: %+v, %v", name, answer, err)
			continue
		}
		if test.want != nil || test.in.Remaining == nil {
			continue
		}
		change := apikey.UpdateInput{KeyID: answer.ID, Remaining: p(int64(5))}
		held := test.o
		held.AllowServerOnly = false
		if _, err := betterauth.Call[*apikey.Answer](t.Context(), kit.Auth, apikey.UpdateAPIKey, change, held); held.Request != nil && !errors.Is(err, apikey.ErrServerOnly) {
			t.Errorf("changing, %s, not allowed: %v", name, err)
		}
		change.UserID = &ada.User.ID
		if got, err := betterauth.Call[*apikey.Answer](t.Context(), kit.Auth, apikey.UpdateAPIKey, change, test.o); err != nil || *got.Remaining != 5 {
			t.Errorf("changing, %s: %+v, %v", name, got, err)
		}
	}
	ada.Post("/api-key/create", map[string]any{"remaining": 3}).WantError(apikey.ErrServerOnly)
}
