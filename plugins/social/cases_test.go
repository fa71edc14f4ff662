package social_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
	"github.com/go-json-experiment/json/jsontext"
)

// attack is one case: what is done, where that is written about, and what must come of it.
type attack struct {
	group, name, source string
	// site names how the application is configured; see sites. Default "".
	site string
	bend bend
	play func(s *scene) *plugintest.Answer
	// want is the code of the error; or what an honest case ends with: one of the
	// endings below.
	want string
}

const (
	in     = "signed in"
	linked = "linked"
	led    = "led on" // the flow begins, or a page is shown; nobody is signed in
	served = "served"
)

func (a attack) honest() bool {
	return a.want == in || a.want == linked || a.want == led || a.want == served
}

// sites are the configurations that cases need.
var sites = map[string]func(cfg *social.Config, o *plugintest.Options){
	"":          func(*social.Config, *plugintest.Options) {},
	"cookie":    func(cfg *social.Config, _ *plugintest.Options) { cfg.StateInCookie = true },
	"encrypted": func(cfg *social.Config, _ *plugintest.Options) { cfg.EncryptTokens = true },
	"unlinked":  func(cfg *social.Config, _ *plugintest.Options) { cfg.Linking = social.Linking{Disabled: true} },
	"explicit":  func(cfg *social.Config, _ *plugintest.Options) { cfg.Linking.DisableImplicit = true },
	"renewed":   func(cfg *social.Config, _ *plugintest.Options) { cfg.Linking.AllowNewSubjects = true },
	"unproven":  func(cfg *social.Config, _ *plugintest.Options) { cfg.Linking.AllowUnverifiedUsers = true },
	"different": func(cfg *social.Config, _ *plugintest.Options) { cfg.Linking.AllowDifferentEmails = true },
	"impatient": func(_ *social.Config, o *plugintest.Options) {
		o.Config.HTTPClient = &http.Client{Timeout: 300 * time.Millisecond}
	},
	"steps": func(_ *social.Config, o *plugintest.Options) { o.Config.StepUpURL = "/second-step" },
}

// flags are what the stand-in says about a user, with the flag as it was sent.
type flags struct {
	Subject  string         `json:"sub"`
	Email    string         `json:"email"`
	Verified jsontext.Value `json:"email_verified"`
	Name     string         `json:"name"`
	Picture  string         `json:"picture"`
}

func (f flags) profile(raw jsontext.Value) *social.Profile {
	return &social.Profile{Subject: f.Subject, Email: f.Email, EmailVerified: oauth.True(f.Verified), Name: f.Name, Image: f.Picture, Raw: raw}
}

func claimsUser(ctx context.Context, g *social.Grant) (*social.Profile, error) {
	claims, err := g.Claims(ctx)
	if err != nil {
		return nil, err
	}
	var in flags
	if err := claims.Decode(&in); err != nil {
		return nil, err
	}
	return in.profile(claims.Raw), nil
}

func oidcRules(p *idp, id string) *oauth.IDTokens {
	return &oauth.IDTokens{KeysURL: p.server.URL + "/" + id + "/keys", Issuers: []string{p.server.URL}, MaxAge: time.Hour}
}

// attackProviders are the providers of every site.
func attackProviders(p *idp) []social.Provider {
	client := func(id string, change func(c *social.Client)) social.Provider {
		made := p.provider(id)
		change(&made.Client)
		return made
	}
	other := p.provider("other")
	other.Issuer, other.Client.ID = "https://other.example", "other-client"
	other.IDTokens.Issuers = []string{"https://other.example"}
	curve := p.provider("curve")
	curve.IDTokens.Algorithms = []string{"ES256"}
	hashed := p.provider("hashed")
	hashed.IDTokens.HashedNonce = true
	optional := p.provider("optional")
	optional.IssuerRequired, optional.Nonce = false, false
	tenants := p.provider("tenants")
	tenants.IDTokens.CheckIssuer = func(claims *oauth.Claims) error {
		var in struct {
			Tenant string `json:"tid"`
		}
		if err := claims.Decode(&in); err != nil || in.Tenant == "" || claims.Issuer != p.server.URL+"/"+in.Tenant {
			return &oauth.InvalidTokenError{Reason: "is of another tenant"}
		}
		return nil
	}
	tenants.User = func(ctx context.Context, g *social.Grant) (*social.Profile, error) {
		profile, err := claimsUser(ctx, g)
		if err == nil {
			profile.EmailVerified = false // a tenant may name any address
		}
		return profile, err
	}
	form := p.provider("form")
	form.ResponseMode = "form_post"
	initiated := p.provider("initiated")
	initiated.AllowIdPInitiated = true
	local := p.provider("local")
	local.PublicNetworkOnly = true
	pushed := p.provider("pushed")
	pushed.PushURL = p.server.URL + "/pushed/push"
	broken := p.provider("broken")
	broken.Resolve = func(ctx context.Context, c *oauth.Caller) (*social.Provider, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.server.URL+"/broken/discovery", nil)
		if err != nil {
			return nil, err
		}
		if _, err := c.Do(r, false); err != nil {
			return nil, err
		}
		complete := p.provider("broken")
		return &complete, nil
	}
	asking, vouched := p.plain("asking"), p.plain("vouched")
	asking.IDTokens = oidcRules(p, "asking")
	vouched.Client.VerifyIDToken = func(_ context.Context, token, _ string) error {
		if oauth.StoredClaims(token) == nil {
			return errors.New("no token of the application")
		}
		return nil
	}
	return []social.Provider{
		asking, vouched, p.provider("idp"), other, curve, hashed, optional, tenants, form, initiated, local, pushed, broken,
		p.plain("plain"), p.plain("trusted"),
		client("apps", func(c *social.Client) { c.Audiences = []string{"app"} }),
		client("closed", func(c *social.Client) { c.DisableSignUp = true }),
		client("asked", func(c *social.Client) { c.DisableImplicitSignUp = true }),
		client("proven", func(c *social.Client) { c.RequireVerifiedEmail = true }),
		client("override", func(c *social.Client) { c.OverrideUserInfo = true }),
		client("noidtoken", func(c *social.Client) { c.DisableIDTokenSignIn = true }),
	}
}

// theatre is where all cases of an engine are played.
type theatre struct {
	db   *database.DB
	idp  *idp
	kits map[string]*plugintest.Kit
}

func (th *theatre) kit(t *testing.T, site string) *plugintest.Kit {
	if kit := th.kits[site]; kit != nil {
		return kit
	}
	cfg := social.Config{Providers: attackProviders(th.idp), Linking: social.Linking{TrustedProviders: []string{"trusted"}}}
	o := plugintest.Options{DB: th.db}
	o.Config.TrustedOrigins = []string{"https://app.example"}
	sites[site](&cfg, &o)
	o.Plugins = []betterauth.Plugin{
		social.New(cfg), account.New(account.Config{}), emailverification.New(emailverification.Config{}),
		twofactor.New(twofactor.Config{EveryMethod: true}), admin.New(admin.Config{}),
	}
	th.kits[site] = plugintest.NewWith(t, o)
	return th.kits[site]
}

// scene is one case being played.
type scene struct {
	*plugintest.Kit
	t      *testing.T
	idp    *idp
	c      *plugintest.Client // the browser of whoever is attacked, or of the honest person
	before map[string][]string
	who    person
}

var alice = person{sub: "sub-alice", email: "alice@example.com", verified: true, name: "Alice"}

// mark says that from now on nothing may change.
func (s *scene) mark() { s.before = s.stored() }

// stored is what is stored but for what expires: using up a state is no harm.
func (s *scene) stored() map[string][]string {
	rows := maps.Clone(s.Rows())
	delete(rows, "verification")
	return rows
}

// Every case ends as the table says, and what is refused changes nothing.
func TestAttacks(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		th := &theatre{db: db, idp: newIDP(t), kits: map[string]*plugintest.Kit{}}
		for site := range sites {
			th.kit(t, site)
		}
		for _, a := range attacks() {
			t.Run(a.group+"/"+a.name, func(t *testing.T) { th.play(t, a) })
		}
	})
}

func (th *theatre) play(t *testing.T, a attack) {
	t.Helper()
	kit := th.kit(t, a.site).With(t)
	if _, err := kit.DB.Bun().ExecContext(t.Context(), `delete from "verification"; delete from "twoFactor"; delete from "session"; delete from "account"; delete from "user"`); err != nil {
		t.Fatal(err)
	}
	kit.Mails()
	kit.Clock.Advance(2 * time.Hour) // the provider's keys are read anew
	th.idp.reset(a.bend)
	th.idp.now = kit.Clock.Now
	s := &scene{Kit: kit, t: t, idp: th.idp, c: kit.Client(), who: alice}
	s.mark()
	answer := a.play(s)
	if answer == nil {
		return
	}
	got := s.outcome(answer)
	if got != a.want {
		t.Errorf("%s, want %s: %d %s %s\n%s", got, a.want, answer.Status, answer.Header.Get("Location"), answer.Body, lastLines(kit.Log.String()))
	}
	if answer.Status >= 500 && a.want != "PROVIDER_UNAVAILABLE" {
		t.Errorf("status %d", answer.Status)
	}
	if a.honest() {
		return
	}
	if after := s.stored(); !reflect.DeepEqual(s.before, after) {
		t.Errorf("it changed what is stored:\n%v\n%v", s.before, after)
	}
	if cookie := answer.SetCookie("better-auth.session_token"); cookie != nil && cookie.MaxAge >= 0 {
		t.Error("a session came with the refusal")
	}
}

func lastLines(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	return strings.Join(lines[max(0, len(lines)-2):], "\n")
}

// outcome says in a word what an answer means.
func (s *scene) outcome(a *plugintest.Answer) string {
	s.t.Helper()
	cookie := a.SetCookie("better-auth.session_token")
	session := cookie != nil && cookie.MaxAge >= 0
	if a.Status == http.StatusFound {
		location := a.Header.Get("Location")
		to, err := url.Parse(location)
		if err != nil {
			s.t.Fatal(err)
		}
		ours := to.Host == "" && !strings.HasPrefix(location, "//") || strings.HasPrefix(location, plugintest.BaseURL+"/") || location == plugintest.BaseURL || to.Host == "app.example"
		if !ours && !strings.HasPrefix(location, s.idp.server.URL+"/authorize?") {
			s.t.Errorf("it leads to %s", location)
		}
		switch code := to.Query().Get("error"); {
		case code != "":
			return code
		case session:
			return in
		}
		return led
	}
	switch {
	case a.Code() != "":
		return a.Code()
	case session:
		return in
	case a.Status == http.StatusOK && strings.Contains(string(a.Body), `"status":true`):
		return linked
	case a.Status == http.StatusOK:
		return served
	}
	return http.StatusText(a.Status)
}

// begin begins a sign-in and returns the authorization URL.
func (s *scene) begin(provider string, more ...object) string {
	s.t.Helper()
	return s.beginAt("/sign-in/social", provider, more...)
}

// beginLink begins a link for the user of the browser.
func (s *scene) beginLink(provider string, more ...object) string {
	s.t.Helper()
	return s.beginAt("/link-social", provider, more...)
}

func (s *scene) beginAt(path, provider string, more ...object) string {
	s.t.Helper()
	body := object{"provider": provider, "callbackURL": "/home"}
	for _, each := range more {
		maps.Copy(body, each)
	}
	var begun social.Begun
	s.c.Post(path, body).Want(http.StatusOK).Into(&begun)
	return begun.URL
}

// back is the browser coming back.
func (s *scene) back(provider string, query url.Values) *plugintest.Answer {
	s.t.Helper()
	return s.c.Get("/callback/" + provider + "?" + query.Encode())
}

// flow is a whole sign-in. What is stored after its beginning must stay if it is refused.
func (s *scene) flow(provider string, more ...object) *plugintest.Answer {
	s.t.Helper()
	query := s.idp.approve(s.begin(provider, more...), s.who)
	s.mark()
	return s.back(provider, query)
}

// linkFlow links; the answer of a link that was made is judged as linked.
func (s *scene) linkFlow(provider string) *plugintest.Answer {
	s.t.Helper()
	query := s.idp.approve(s.beginLink(provider), s.who)
	s.mark()
	return s.back(provider, query)
}

// minted is an ID token for a native client, with a nonce or without.
func (s *scene) minted(client, nonce string) string {
	s.idp.mu.Lock()
	defer s.idp.mu.Unlock()
	return s.idp.idToken(s.idp.usual(s.who, client, nonce))
}

// native signs in with an ID token.
func (s *scene) native(provider string, token object) *plugintest.Answer {
	s.t.Helper()
	s.mark()
	return s.c.Post("/sign-in/social", object{"provider": provider, "idToken": token})
}

// user makes somebody who exists, and a browser of theirs for s.c.
func (s *scene) user(email string, verified bool) *betterauth.User {
	s.t.Helper()
	user := s.CreateUser(email, verified)
	s.c = s.SignedInAs(user)
	return user
}

func (s *scene) set(user *betterauth.User, set database.Set) {
	s.t.Helper()
	if _, err := s.Users().UpdateOne(s.t.Context(), set, database.Eq("id", user.ID)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) account(user *betterauth.User, provider, subject string) *betterauth.Account {
	s.t.Helper()
	row := &betterauth.Account{UserID: user.ID, ProviderID: provider, AccountID: subject}
	if err := plugintest.StoreOf[betterauth.Account](s.Kit).Create(s.t.Context(), row); err != nil {
		s.t.Fatal(err)
	}
	return row
}

// wantUser fails unless the browser is signed in as this user, or as nobody.
func (s *scene) wantUser(user *betterauth.User) {
	s.t.Helper()
	body := string(s.c.Get("/get-session").Body)
	if user == nil && body != "null" || user != nil && !strings.Contains(body, user.ID) {
		s.t.Errorf("the session is %s", body)
	}
}

// count is how many rows a table has.
func (s *scene) count(table string) int { return len(s.Rows()[table]) }
