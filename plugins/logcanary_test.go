package plugins_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
)

// canary stands for a secret wherever a request may have one.
const canary = "C4NARY"

// canaries are the values that a member is sent with: of every form that may come
// further than the first check.
var canaries = []string{
	`"` + canary + `"`, `"` + canary + `@example.com"`, `"https://evil.example/` + canary + `?token=` + canary + `"`, `"/` + canary + `"`, `"myapp://` + canary + `"`,
	`{"` + canary + `":"` + canary + `"}`, `["` + canary + `"]`, `{"id":"` + canary + `","rawId":"` + canary + `","type":"public-key","response":{"clientDataJSON":"` + canary + `","attestationObject":"` + canary + `"}}`,
	`"` + canary + `\u0000"`, `"` + canary + "\xff" + `"`, `"2026-13-45T` + canary + `"`, `"` + canary + `-abcde.` + canary + `"`,
	`"` + strings.Repeat(canary, 300) + `"`, `1` + `e999`,
}

// inputNames lists the members of an input, by where they are read.
func inputNames(in reflect.Type) map[string][]string {
	names := map[string][]string{}
	if in == nil || in.Kind() != reflect.Struct {
		return names
	}
	for f := range in.Fields() {
		if f.Anonymous {
			for source, more := range inputNames(f.Type) {
				names[source] = append(names[source], more...)
			}
		}
		for _, source := range []string{"query", "path", "json"} {
			if name, _, _ := strings.Cut(f.Tag.Get(source), ","); name != "" && name != "-" {
				names[source] = append(names[source], name)
			}
		}
	}
	return names
}

// No secret, address or link that a request has is in the log, at any level,
// wherever in it and whatever it is sent to.
func TestNothingOfARequestIsLogged(t *testing.T) {
	t.Parallel()
	eachRecorded(t, func(t *testing.T, db *database.DB, ran *statements) {
		s := newDiscreetSite(t, discreetSites[0], db, ran)
		inputs := map[string]map[string][]string{}
		for _, m := range s.Auth.Manifests() {
			for _, e := range m.Endpoints {
				inputs[e.Operation().ID] = inputNames(e.Input())
			}
		}
		read := s.Log.Size()
		clean := func(what string) {
			t.Helper()
			log := s.Log.Since(read)
			read += len(log)
			for line := range strings.Lines(log) {
				if strings.Contains(strings.ToLower(line), strings.ToLower(canary)) {
					t.Errorf("%s leaves: %.600s", what, line)
				}
			}
		}
		for _, op := range s.Auth.Operations() {
			if op.Path == "" || op.Access == betterauth.ServerOnly {
				continue
			}
			for _, c := range []*plugintest.Client{s.Client(), s.SignedIn("root@example.com")} {
				path := op.Path
				for _, name := range inputs[op.ID]["path"] {
					path = strings.NewReplacer("{"+name+"}", canary, ":"+name, canary).Replace(path)
				}
				query := url.Values{"token": {canary}, "error": {canary}}
				for _, name := range inputs[op.ID]["query"] {
					query.Set(name, canary)
				}
				send := func(what, path string, body any, header ...string) {
					f := c.Fork()
					for i := 0; i < len(header); i += 2 {
						f.Header.Set(header[i], header[i+1])
					}
					f.Do(op.Method, path, body)
					clean(op.ID + ", " + what)
				}
				get := op.Method == http.MethodGet
				for _, value := range canaries {
					var text string
					if json.Unmarshal([]byte(value), &text) != nil {
						text = value
					}
					for name := range query {
						query.Set(name, text)
					}
					var body any
					if !get {
						var members []string
						for _, name := range inputs[op.ID]["json"] {
							members = append(members, `"`+name+`":`+value)
						}
						body = "{" + strings.Join(members, ",") + "}"
						for _, name := range inputs[op.ID]["json"] {
							send(value+" as "+name, path, likely(inputs[op.ID]["json"], name, value))
						}
					}
					send(value, path+"?"+query.Encode(), body)
				}
				var body any
				if !get {
					body = likely(inputs[op.ID]["json"], "", "")
					for _, raw := range []string{`{"password":"` + canary, `"` + canary + `"`, canary, `{"token":"` + canary + `","token":"` + canary + `"}`, "{\"" + canary + "\":1}"} {
						send("body "+raw, path, raw)
					}
				}
				send("bad query", path+"?token="+canary+"%zz&"+canary, body)
				send("path", path+"/"+canary+"/"+canary, body)
				for name, value := range map[string]string{
					"Authorization": "Bearer " + canary + "." + canary, "X-Api-Key": canary, "Referer": "https://evil.example/" + canary, "User-Agent": canary, "Content-Type": canary,
					"X-Forwarded-For": canary, "X-Captcha-Response": canary, "Expo-Origin": "myapp://" + canary, "Access-Control-Request-Headers": canary,
					"Cookie": "better-auth.session_token=" + canary + "." + canary + "; better-auth.session_data=" + canary + "; better-auth.dont_remember=" + canary + "; better-auth.better-auth-passkey=" + canary + "; better-auth.two_factor=" + canary + "; better-auth.trust_device=" + canary + "; better-auth.sign_up=" + canary,
				} {
					send(name, path, body, name, value)
				}
			}
		}
		s.SignedIn("boss@example.com")
		if _, err := s.Users().Update(t.Context(), database.Set{"role": "admin"}, database.Eq("email", "boss@example.com")); err != nil {
			t.Fatal(err)
		}
		s.SignedIn("boss@example.com").Get("/admin/list-users?filterField=createdAt&filterValue=" + canary).Want(http.StatusBadRequest)
		clean("filterValue")
	})
}

// likely is a body that comes further than the first check, with one value of the
// member name.
func likely(names []string, name, value string) string {
	plausible := map[string]string{
		"email": `"c4nary@example.com"`, "newEmail": `"c4nary2@example.com"`, "password": `"C4NARY-password"`, "newPassword": `"C4NARY-password"`, "currentPassword": `"C4NARY-password"`,
		"name": `"C4NARY"`, "otp": `"C4NARY"`, "code": `"C4NARY"`, "token": `"C4NARY"`, "type": `"sign-in"`, "username": `"c4nary_name"`, "userId": `"C4NARY"`, "id": `"C4NARY"`, "keyId": `"C4NARY"`, "key": `"C4NARY"`,
	}
	var members []string
	for _, n := range names {
		v, ok := plausible[n]
		if n == name {
			v, ok = value, true
		}
		if ok {
			members = append(members, `"`+n+`":`+v)
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}
