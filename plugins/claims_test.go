package plugins_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/username"
)

// Several people sign up with one address, which one of them owns. Each test runs
// for every way to mail a proof and both ways not to tell who has an account.

const (
	claimedAddress = "claimed@example.com"
	signUpCookie   = "better-auth.sign_up"
)

// mailing is how a sign-up is mailed its proof.
type mailing struct {
	name    string
	code    bool
	plugins func() []betterauth.Plugin
}

var mailings = []mailing{
	{"link", false, func() []betterauth.Plugin {
		return []betterauth.Plugin{emailverification.New(emailverification.Config{OnSignUp: emailverification.MailEverybody, AutoSignInAfterVerification: true})}
	}},
	{"code instead of a link", true, func() []betterauth.Plugin {
		return []betterauth.Plugin{emailverification.New(emailverification.Config{OnSignUp: emailverification.MailEverybody, AutoSignInAfterVerification: true}),
			emailotp.New(emailotp.Config{OverrideDefaultEmailVerification: true})}
	}},
	{"code on sign-up", true, func() []betterauth.Plugin {
		return []betterauth.Plugin{emailotp.New(emailotp.Config{SendVerificationOnSignUp: true})}
	}},
	{"code on sign-up, the same again", true, func() []betterauth.Plugin {
		return []betterauth.Plugin{emailotp.New(emailotp.Config{SendVerificationOnSignUp: true, Resend: emailotp.ResendReuse})}
	}},
}

type claimSite struct {
	*plugintest.Kit
	t *testing.T
	mailing
}

// eachClaimSite runs f for every mailing, discreet mode and engine.
func eachClaimSite(t *testing.T, f func(s *claimSite)) { eachSiteMailing(t, mailings, f) }

// eachSiteMailing runs f for some of the mailings.
func eachSiteMailing(t *testing.T, mailings []mailing, f func(s *claimSite)) {
	t.Parallel()
	for _, m := range mailings {
		for mode, cfg := range map[string]emailpassword.Config{"DisableAutoSignIn": {DisableAutoSignIn: true}, "RequireVerifiedEmail": {RequireVerifiedEmail: true}} {
			t.Run(m.name+", "+mode, func(t *testing.T) {
				t.Parallel()
				databasetest.EachEngine(t, func(t *testing.T, db *database.DB) { f(newClaimSite(t, db, m, cfg)) })
			})
		}
	}
}

func newClaimSite(t *testing.T, db *database.DB, m mailing, cfg emailpassword.Config, more ...betterauth.Plugin) *claimSite {
	t.Helper()
	return newClaimSiteWith(t, plugintest.Options{DB: db, Plugins: more}, m, cfg)
}

func newClaimSiteWith(t *testing.T, o plugintest.Options, m mailing, cfg emailpassword.Config) *claimSite {
	t.Helper()
	o.Plugins = append(append([]betterauth.Plugin{emailpassword.New(cfg)}, m.plugins()...), o.Plugins...)
	o.Config.Password.Hasher = plugintest.FastHasher{}
	return &claimSite{plugintest.NewWith(t, o), t, m}
}

// signsUp lets somebody sign up whose password says who they are, and returns
// their browser and the proof they were mailed.
func (s *claimSite) signsUp(who string, more ...string) (*plugintest.Client, *betterauth.Message) {
	s.t.Helper()
	c := s.Client()
	in := map[string]any{"name": who, "email": claimedAddress, "password": who + "-password"}
	for i := 0; i < len(more); i += 2 {
		in[more[i]] = more[i+1]
	}
	c.Post("/sign-up/email", in).Want(http.StatusOK)
	s.Clock.Advance(1000) // mails of different sign-ups differ
	return c, s.Mail()
}

// proves follows a mailed link or types a mailed code.
func (s *claimSite) proves(c *plugintest.Client, m *betterauth.Message) *plugintest.Answer {
	s.t.Helper()
	if s.code {
		return c.Post("/email-otp/verify-email", map[string]any{"email": claimedAddress, "otp": m.Code})
	}
	return c.Get("/verify-email?token=" + url.QueryEscape(m.Token))
}

// asks asks for the proof of the address once more.
func (s *claimSite) asks(c *plugintest.Client) *betterauth.Message {
	s.t.Helper()
	if strings.HasPrefix(s.name, "code on sign-up") {
		c.Post("/email-otp/send-verification-otp", map[string]any{"email": claimedAddress, "type": "email-verification"}).Want(http.StatusOK)
	} else {
		c.Post("/send-verification-email", map[string]any{"email": claimedAddress}).Want(http.StatusOK)
	}
	return s.Mail()
}

func (s *claimSite) opens(who string) bool {
	s.t.Helper()
	a := s.Client().Post("/sign-in/email", map[string]any{"email": claimedAddress, "password": who + "-password"})
	if a.Status != http.StatusOK && a.Code() != "INVALID_EMAIL_OR_PASSWORD" && a.Code() != "EMAIL_NOT_VERIFIED" {
		s.t.Errorf("%s: %d %s", who, a.Status, a.Body)
	}
	return a.Status == http.StatusOK
}

func (s *claimSite) signedIn(c *plugintest.Client) bool {
	s.t.Helper()
	return string(c.Get("/get-session").Want(http.StatusOK).Body) != "null"
}

// wantOwner demands that the address is proven and that of all who signed up only
// one has a password that opens the account, "" for nobody.
func (s *claimSite) wantOwner(owner string, others ...string) {
	s.t.Helper()
	users, err := s.Users().List(s.t.Context(), database.Query{})
	if err != nil || len(users) != 1 || !users[0].EmailVerified || users[0].Email != claimedAddress {
		s.t.Fatalf("users %+v, %v", users, err)
	}
	if owner != "" && users[0].Name != owner {
		s.t.Errorf("the user is called %s, want %s", users[0].Name, owner)
	}
	for _, who := range append(others, owner) {
		if who != "" && s.opens(who) != (who == owner) {
			s.t.Errorf("the password of %s opens the account: %v, and it should be of %q", who, who != owner, owner)
		}
	}
	accounts, err := plugintest.StoreOf[betterauth.Account](s.Kit).Count(s.t.Context())
	if want := map[bool]int{true: 0, false: 1}[owner == ""]; err != nil || accounts != want {
		s.t.Errorf("%d accounts, %v, want %d", accounts, err, want)
	}
	for _, row := range s.Rows()["verification"] {
		if strings.Contains(row, "sign-up-") {
			s.t.Errorf("of the sign-ups is left: %s", row)
		}
	}
}

// The owner signs up after somebody else did with their address, and proves it
// with what that was mailed: what the other set up is gone.
func TestLaterSignUpIsProvenByItsOwnMail(t *testing.T) {
	eachClaimSite(t, func(s *claimSite) {
		attacker, _ := s.signsUp("attacker")
		user, err := s.Users().Get(s.t.Context(), database.Eq("email", claimedAddress))
		if err != nil {
			s.t.Fatal(err)
		}
		squatting := s.SignedInAs(user)
		if err := plugintest.StoreOf[betterauth.Account](s.Kit).Create(s.t.Context(),
			&betterauth.Account{UserID: user.ID, ProviderID: "elsewhere", AccountID: "4711"}); err != nil {
			s.t.Fatal(err)
		}
		owner, mail := s.signsUp("owner")
		if s.opens("owner") {
			s.t.Error("a later sign-up opens the account before it is proven")
		}
		s.Mails()
		s.proves(owner, mail).Want(http.StatusOK)
		s.wantOwner("owner", "attacker")
		if s.signedIn(squatting) {
			s.t.Error("the first sign-up's session still lives")
		}
		if want := s.name != "code on sign-up" && s.name != "code on sign-up, the same again"; s.signedIn(owner) != want {
			s.t.Errorf("the browser that signed up is signed in: %v", !want)
		}
		if owner.Cookie(signUpCookie) != "" {
			s.t.Error("the browser still remembers that it signed up")
		}
		// A browser that remembers a sign-up that lost has nothing of it.
		if s.signedIn(attacker) || attacker.Cookie(signUpCookie) == "" {
			s.t.Error("the other browser is signed in, or did not sign up")
		}
	})
}

// The owner signed up first. What a later sign-up of somebody else mails to them
// proves the owner's own sign-up in the browser that made it.
func TestBrowserThatSignedUpProvesItsOwnSignUp(t *testing.T) {
	eachClaimSite(t, func(s *claimSite) {
		for _, first := range []string{"owner", "attacker"} {
			var owner *plugintest.Client
			var foreign *betterauth.Message
			if first == "owner" {
				owner, _ = s.signsUp("owner")
				_, foreign = s.signsUp("attacker")
			} else {
				attacker, _ := s.signsUp("attacker")
				owner, _ = s.signsUp("owner")
				foreign = s.asks(attacker)
			}
			s.proves(owner, foreign).Want(http.StatusOK)
			s.wantOwner("owner", "attacker")
			if _, err := s.Users().Delete(s.t.Context(), database.NotNull("id")); err != nil {
				s.t.Fatal(err)
			}
		}
	})
}

// Somebody signs up on one device and proves it on another: their password is
// good there, whether or not somebody else signed up with the address as well. A
// link signs the other device in to nothing.
func TestSignUpOnOneDeviceIsProvenOnAnother(t *testing.T) {
	eachClaimSite(t, func(s *claimSite) {
		for _, before := range []bool{false, true} {
			var others []string
			if before {
				s.signsUp("attacker")
				others = []string{"attacker"}
			}
			desktop, mail := s.signsUp("owner")
			phone := s.Client()
			s.proves(phone, mail).Want(http.StatusOK)
			if typed := s.name == "code instead of a link"; s.signedIn(phone) != typed {
				s.t.Errorf("the other device is signed in: %v", !typed)
			}
			if s.signedIn(desktop) {
				s.t.Error("the device that signed up is signed in without having proven anything")
			}
			s.wantOwner("owner", others...)
			if _, err := s.Users().Delete(s.t.Context(), database.NotNull("id")); err != nil {
				s.t.Fatal(err)
			}
		}
	})
}

// Of two sign-ups the one whose mail is followed in a browser that made neither is
// proven, whichever came first.
func TestProofWithoutCookieIsOfTheSignUpThatMailedIt(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newClaimSite(t, db, mailings[0], emailpassword.Config{RequireVerifiedEmail: true})
		for _, proven := range []string{"ann", "bob"} {
			_, anns := s.signsUp("ann")
			_, bobs := s.signsUp("bob")
			mails, other := map[string]*betterauth.Message{"ann": anns, "bob": bobs}, map[string]string{"ann": "bob", "bob": "ann"}[proven]
			c := s.Client()
			s.proves(c, mails[proven]).Want(http.StatusOK)
			s.wantOwner(proven, other)
			// The other link finds the address proven, and changes nothing.
			s.proves(c, mails[other]).Want(http.StatusOK)
			s.wantOwner(proven, other)
			if s.signedIn(c) {
				t.Error("a link signed in a browser that did not sign up")
			}
			if _, err := s.Users().Delete(t.Context(), database.NotNull("id")); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A proof that a browser asks for which did not sign up is of the one sign-up
// there is. Of several it is of none: nobody's password opens the account, and a
// reset does.
func TestProofAskedForByNobody(t *testing.T) {
	eachClaimSite(t, func(s *claimSite) {
		s.signsUp("ann")
		s.proves(s.Client(), s.asks(s.Client())).Want(http.StatusOK)
		s.wantOwner("ann")
		if _, err := s.Users().Delete(s.t.Context(), database.NotNull("id")); err != nil {
			s.t.Fatal(err)
		}

		s.signsUp("ann")
		s.signsUp("bob")
		s.proves(s.Client(), s.asks(s.Client())).Want(http.StatusOK)
		s.wantOwner("", "ann", "bob")
		s.Client().Post("/request-password-reset", map[string]any{"email": claimedAddress}).Want(http.StatusOK)
		s.Client().Post("/reset-password", map[string]any{"token": s.Mail().Token, "newPassword": "ann-password"}).Want(http.StatusOK)
		if !s.opens("ann") || s.opens("bob") {
			s.t.Error("a reset does not open the account for its owner alone")
		}
	})
}

// What a sign-up was mailed ends with the user who has the address, and counts for
// nobody who signs up with it later; nor does the cookie. All that is left is that
// several signed up, of which nothing tells who.
func TestSignUpsEndWithTheUser(t *testing.T) {
	eachClaimSite(t, func(s *claimSite) {
		first, firstMail := s.signsUp("first")
		later, laterMail := s.signsUp("later")
		if _, err := s.Users().Delete(s.t.Context(), database.NotNull("id")); err != nil {
			s.t.Fatal(err)
		}
		if rows := s.Rows()["verification"]; len(rows) != 1 || !strings.Contains(rows[0], "sign-up-refused-") || strings.Contains(rows[0], claimedAddress) {
			s.t.Errorf("left is %v", rows)
		}
		refused := func() {
			s.t.Helper()
			for _, c := range []*plugintest.Client{first.Fork(), later.Fork(), s.Client()} {
				for _, m := range []*betterauth.Message{firstMail, laterMail} {
					// Of a user who is gone, or of somebody else than who has the address now.
					if a := s.proves(c, m); !slices.Contains([]string{"USER_NOT_FOUND", "INVALID_TOKEN", "INVALID_OTP"}, a.Code()) {
						s.t.Errorf("%d %s", a.Status, a.Body)
					}
				}
			}
		}
		refused()
		_, mail := s.signsUp("third")
		if !s.code {
			refused() // of codes each try costs one
		}
		// In the browsers that remember the others, as well.
		s.proves(later, mail).Want(http.StatusOK)
		s.wantOwner("", "first", "later", "third")
		if s.signedIn(later) && !s.code {
			s.t.Error("a cookie of another sign-up signed in")
		}
	})
}

// Of two sign-ups that are proven at once one wins, and the account is its alone.
func TestSignUpsProvenAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newClaimSite(t, db, mailings[0], emailpassword.Config{RequireVerifiedEmail: true})
		names := []string{"ann", "bob", "cay", "dan"}
		var browsers []*plugintest.Client
		var mails []*betterauth.Message
		for _, who := range names {
			c, m := s.signsUp(who)
			browsers, mails = append(browsers, c), append(mails, m)
		}
		var wg sync.WaitGroup
		for i := range names {
			wg.Go(func() {
				if a := s.proves(browsers[i], mails[i]); a.Status != http.StatusOK {
					t.Errorf("%d %s", a.Status, a.Body)
				}
			})
		}
		wg.Wait()
		var winner string
		var losers []string
		for i, who := range names {
			if s.signedIn(browsers[i]) {
				winner += who
			} else {
				losers = append(losers, who)
			}
		}
		if len(winner) != 3 {
			t.Fatalf("signed in are %q", winner)
		}
		s.wantOwner(winner, losers...)
	})
}

// What is kept of a later sign-up tells who reads the database neither the
// password's hash nor what was signed up with.
func TestLaterSignUpIsKeptSecret(t *testing.T) {
	eachClaimSite(t, func(s *claimSite) {
		s.signsUp("first")
		later, _ := s.signsUp("later")
		rows := s.Rows()["verification"]
		found := false
		for _, row := range rows {
			found = found || strings.Contains(row, "sign-up-claim-")
			for _, secret := range []string{"fast:", "later-password", "later", `"name"`} {
				if strings.Contains(row, secret) {
					s.t.Errorf("the row %s tells %s", row, secret)
				}
			}
		}
		if !found {
			s.t.Errorf("no sign-up is kept in %v", rows)
		}
		if value := later.Cookie(signUpCookie); strings.Contains(value, "later") || value == "" {
			s.t.Errorf("the cookie is %s", value)
		}
	})
}

// Nothing in an answer tells an address that is free from one that somebody signed
// up with, or has proven: status, headers, cookies and their lengths, members.
func TestSignUpsLookAlike(t *testing.T) {
	eachClaimSite(t, func(s *claimSite) {
		shape := func() string {
			a := s.Client().Post("/sign-up/email", map[string]any{"name": "A", "email": claimedAddress, "password": "password1234"}).Want(http.StatusOK)
			var body struct {
				Token *string        `json:"token"`
				User  map[string]any `json:"user"`
			}
			a.Into(&body)
			out := fmt.Sprintln(slices.Sorted(maps.Keys(a.Header)), body.Token == nil, slices.Sorted(maps.Keys(body.User)))
			for _, member := range []string{"name", "email", "emailVerified", "image", "createdAt", "updatedAt"} {
				out += fmt.Sprint(body.User[member], " ")
			}
			out += fmt.Sprint(len(fmt.Sprint(body.User["id"])))
			for _, ck := range a.Cookies {
				value, err := url.QueryUnescape(ck.Value)
				if err != nil {
					s.t.Fatal(err)
				}
				ck.Value, ck.Raw = "", ""
				out += fmt.Sprintf("\n%s %d", ck, len(value))
			}
			return out
		}
		free := shape()
		unproven := shape()
		if _, err := s.Users().Update(s.t.Context(), database.Set{"emailVerified": true}, database.Eq("email", claimedAddress)); err != nil {
			s.t.Fatal(err)
		}
		s.Mails()
		if proven := shape(); free != unproven || free != proven || !strings.Contains(free, signUpCookie) {
			s.t.Errorf("free:\n%s\nunproven:\n%s\nproven:\n%s", free, unproven, proven)
		}
		if n := len(s.Mails()); n != 0 {
			s.t.Errorf("%d mails to who has proven the address", n)
		}
	})
}

// A code of the application's own, or of the TypeScript server beside this one,
// takes the place of a mailed one, and belongs to no sign-up in particular.
func TestCodeMadeElsewhereIsOfNoSignUp(t *testing.T) {
	t.Parallel()
	for name, replace := range map[string]func(s *claimSite, otp *emailotp.EmailOTP) string{
		"in process": func(s *claimSite, otp *emailotp.EmailOTP) string {
			code, err := otp.Create(s.t.Context(), claimedAddress, emailotp.TypeEmailVerification)
			if err != nil {
				s.t.Fatal(err)
			}
			return code
		},
		"TypeScript server": func(s *claimSite, _ *emailotp.EmailOTP) string {
			values := plugintest.StoreOf[betterauth.Verification](s.Kit)
			const identifier = "email-verification-otp-" + claimedAddress
			if _, err := values.Delete(s.t.Context(), database.Eq("identifier", identifier)); err != nil {
				s.t.Fatal(err)
			}
			if err := values.Create(s.t.Context(), &betterauth.Verification{Identifier: identifier, Value: "123456:0", ExpiresAt: s.Clock.Now().Add(60e9)}); err != nil {
				s.t.Fatal(err)
			}
			return "123456"
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
				otp := emailotp.New(emailotp.Config{SendVerificationOnSignUp: true})
				m := mailing{"code on sign-up", true, func() []betterauth.Plugin { return []betterauth.Plugin{otp} }}
				s := newClaimSite(t, db, m, emailpassword.Config{RequireVerifiedEmail: true})
				s.signsUp("owner")
				s.signsUp("attacker")
				code := replace(s, otp)
				s.proves(s.Client(), &betterauth.Message{Code: code}).Want(http.StatusOK)
				s.wantOwner("", "owner", "attacker")
			})
		})
	}
}

// A mailed code proves the sign-up it was mailed for, not one that asked for
// another since.
func TestCodeIsOfTheSignUpThatMailedIt(t *testing.T) {
	codes := slices.DeleteFunc(slices.Clone(mailings), func(m mailing) bool { return !m.code })
	eachSiteMailing(t, codes, func(s *claimSite) {
		attacker, _ := s.signsUp("attacker")
		_, mail := s.signsUp("owner")
		again := s.asks(attacker)
		if again.Code == mail.Code {
			s.t.Fatal("one code was mailed for two sign-ups")
		}
		if a := s.proves(s.Client(), mail); a.Code() != "INVALID_OTP" {
			s.t.Errorf("%d %s", a.Status, a.Body)
		}
	})
}

// Where an address gets no more mail the code that was mailed last stays good, and
// that of its sign-up, whoever asks for another.
func TestCodeThatStaysGoodIsOfItsSignUp(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		o := plugintest.Options{DB: db, RateLimited: true}
		o.Config.RateLimit.Disabled = true
		o.Config.MailLimit.Max = 2
		s := newClaimSiteWith(t, o, mailings[1], emailpassword.Config{RequireVerifiedEmail: true})
		attacker, _ := s.signsUp("attacker")
		_, mail := s.signsUp("owner")
		attacker.Post("/send-verification-email", map[string]any{"email": claimedAddress}).Want(http.StatusOK)
		if n := len(s.Mails()); n != 0 {
			t.Fatalf("%d mails", n)
		}
		s.proves(s.Client(), mail).Want(http.StatusOK)
		s.wantOwner("owner", "attacker")
	})
}

// Members of a later sign-up that set added columns come with it, and those of the
// first are gone. A username that somebody else has by then refuses the proof,
// which is good again once that is free.
func TestLaterSignUpBringsItsColumns(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newClaimSite(t, db, mailings[0], emailpassword.Config{RequireVerifiedEmail: true}, username.New(username.Config{}))
		_, _ = s.signsUp("attacker", "username", "squatter", "image", "https://evil.example/x.png")
		_, withName := s.signsUp("owner", "username", "Owner")
		other := &betterauth.User{Name: "Other", Email: "other@example.com", EmailVerified: true}
		username.Name.Set(other, "owner")
		if err := s.Users().Create(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		s.proves(s.Client(), withName).WantError(username.ErrTaken)
		if u, err := s.Users().Get(t.Context(), database.Eq("email", claimedAddress)); err != nil || u.EmailVerified || u.Name != "attacker" {
			t.Errorf("a refused proof left %+v, %v", u, err)
		}
		if _, err := s.Users().Delete(t.Context(), database.Eq("id", other.ID)); err != nil {
			t.Fatal(err)
		}
		s.proves(s.Client(), withName).Want(http.StatusOK)
		s.wantOwner("owner", "attacker")
		u, err := s.Users().Get(t.Context(), database.Eq("email", claimedAddress))
		if name, _ := username.Name.Get(u); err != nil || name != "owner" || u.Image != nil {
			t.Errorf("username %q, image %v, %v", name, u.Image, err)
		}
	})
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newClaimSite(t, db, mailings[0], emailpassword.Config{RequireVerifiedEmail: true}, username.New(username.Config{}))
		s.signsUp("attacker", "username", "squatter")
		_, mail := s.signsUp("owner")
		s.proves(s.Client(), mail).Want(http.StatusOK)
		s.wantOwner("owner", "attacker")
		if u, err := s.Users().Get(t.Context(), database.Eq("email", claimedAddress)); err != nil {
			t.Fatal(err)
		} else if name, set := username.Name.Get(u); set {
			t.Errorf("the first sign-up's username is still there: %s", name)
		}
	})
}

// A later sign-up takes no account that somebody uses, or that another than a
// sign-up made, when its proof comes from a browser that did not sign up: whoever
// reads the mail may take it for one about that account. Nobody's password opens the
// account then. The browser that signed up also reads the mail, so that it does.
func TestLaterSignUpTakesNoAccountInUse(t *testing.T) {
	eachClaimSite(t, func(s *claimSite) {
		accounts := plugintest.StoreOf[betterauth.Account](s.Kit)
		for _, tt := range []struct{ made, proven string }{
			{"sign-up", "elsewhere"}, {"administrator", "elsewhere"}, {"sign-up", "here"}, {"administrator", "here"},
		} {
			var user *betterauth.User
			if tt.made == "sign-up" {
				s.signsUp("owner")
				var err error
				if user, err = s.Users().Get(s.t.Context(), database.Eq("email", claimedAddress)); err != nil {
					s.t.Fatal(err)
				}
				s.SignedInAs(user)
			} else {
				user = &betterauth.User{Name: "owner", Email: claimedAddress}
				if err := s.Users().Create(s.t.Context(), user); err != nil {
					s.t.Fatal(err)
				}
				hash, err := s.Host.Hasher().Hash(s.t.Context(), "owner-password")
				if err != nil {
					s.t.Fatal(err)
				}
				if err := accounts.Create(s.t.Context(), &betterauth.Account{UserID: user.ID, AccountID: user.ID, ProviderID: betterauth.ProviderCredential, Password: &hash}); err != nil {
					s.t.Fatal(err)
				}
			}
			later, mail := s.signsUp("later")
			c, who := s.Client(), ""
			if tt.proven == "here" {
				c, who = later, "later"
			}
			s.proves(c, mail).Want(http.StatusOK)
			s.wantOwner(who, "owner", "later")
			if now, err := s.Users().Get(s.t.Context(), database.Eq("id", user.ID)); err != nil || now.Name != map[bool]string{true: "owner", false: "later"}[who == ""] {
				s.t.Errorf("%+v: the user is called %s, %v", tt, now.Name, err)
			}
			if _, err := s.Users().Delete(s.t.Context(), database.NotNull("id")); err != nil {
				s.t.Fatal(err)
			}
		}
	})
}

// Where a sign-up is told that its address is taken it is mailed nothing, so that
// the owner who was told so proves the address by what another sign-up was mailed:
// nobody's password opens the account then, unless the browser that signed up proves
// it. Without a refusal the first sign-up is proven on any device.
func TestRefusedSignUpIsRemembered(t *testing.T) {
	t.Parallel()
	for _, m := range mailings {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
				s := newClaimSite(t, db, m, emailpassword.Config{})
				refuse := func() {
					s.Client().Post("/sign-up/email", map[string]any{"name": "owner", "email": strings.ToUpper(claimedAddress), "password": "owner-password"}).WantError(emailpassword.ErrUserExists)
				}
				for _, tt := range []struct {
					name       string
					refused    int
					asks, here bool
					owner      string
				}{
					{"the first sign-up on another device", 0, false, false, "first"},
					{"asked for by nobody", 0, true, false, "first"},
					{"refused", 1, false, false, ""},
					{"refused, and asked for by nobody", 1, true, false, ""},
					{"refused often", 3, true, false, ""},
					{"refused, in the first's own browser", 1, false, true, "first"},
				} {
					first, mail := s.signsUp("first")
					for range tt.refused {
						refuse()
					}
					if rows := s.Rows()["verification"]; tt.refused > 1 && len(slices.DeleteFunc(rows, func(row string) bool { return !strings.Contains(row, "refused") })) != 1 {
						t.Errorf("%s: kept are %v", tt.name, rows)
					}
					c := s.Client()
					if tt.here {
						c = first
					}
					if tt.asks {
						mail = s.asks(s.Client())
					}
					s.proves(c, mail).Want(http.StatusOK)
					s.wantOwner(tt.owner, "first", "owner")
					if s.signedIn(first) != tt.here {
						t.Errorf("%s: the first sign-up's session lives: %v", tt.name, !tt.here)
					}
					refuse() // which changes nothing once the address is proven
					s.wantOwner(tt.owner, "first", "owner")
					if _, err := s.Users().Delete(t.Context(), database.NotNull("id")); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}

// Somebody gives their account an address that is not theirs. Its owner, who follows
// the link, does nothing by it.
func TestChangeFollowedByAnotherDoesNothing(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		o := plugintest.Options{DB: db, Plugins: []betterauth.Plugin{account.New(account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true}})}}
		s := newClaimSiteWith(t, o, mailings[0], emailpassword.Config{})
		attacker, _ := s.signsUp("attacker")
		if _, err := s.Users().Update(t.Context(), database.Set{"email": "attacker@example.com", "emailVerified": true}, database.NotNull("id")); err != nil {
			t.Fatal(err)
		}
		attacker.Post("/change-email", map[string]any{"newEmail": claimedAddress}).Want(http.StatusOK)
		s.proves(s.Client(), s.Mail()).WantError(betterauth.ErrUnauthorized)
		owner, mail := s.signsUp("owner")
		s.proves(owner, mail).Want(http.StatusOK)
		if !s.opens("owner") || s.opens("attacker") {
			t.Error("the address is not its owner's alone")
		}
	})
}

// leaves are the ways in which somebody gives up an address that is not theirs, and
// takes it again.
var leaves = map[string]func(s *claimSite, c *plugintest.Client) *betterauth.Message{
	"deletes the user and signs up again": func(s *claimSite, c *plugintest.Client) *betterauth.Message {
		c.Post("/delete-user", map[string]any{"password": "attacker-password"}).Want(http.StatusOK)
		_, mail := s.signsUp("attacker")
		return mail
	},
	"changes the address and changes it back": func(s *claimSite, c *plugintest.Client) *betterauth.Message {
		for _, to := range []string{"elsewhere@example.com", claimedAddress} {
			s.Mails()
			c.Post("/change-email", map[string]any{"newEmail": to}).Want(http.StatusOK)
		}
		return s.Mail()
	},
}

// That others could not sign up, or signed up, outlives whoever had the address: to
// leave it and take it again gains nothing, also in the browser of whoever signed up
// meanwhile.
func TestSquatterWhoComesBackGainsNothing(t *testing.T) {
	t.Parallel()
	for name, comesBack := range leaves {
		for mode, cfg := range map[string]emailpassword.Config{"refused": {}, "discreet": {DisableAutoSignIn: true}} {
			t.Run(name+", "+mode, func(t *testing.T) {
				t.Parallel()
				databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
					for _, elsewhere := range []bool{false, true} {
						s := newClaimSite(t, db, mailings[0], cfg, account.New(account.Config{DeleteUser: account.DeleteUserConfig{Enabled: true},
							ChangeEmail: account.ChangeEmailConfig{Enabled: true, UpdateWithoutVerification: true}}))
						attacker, _ := s.signsUp("attacker")
						owner := s.Client()
						owner.Post("/sign-up/email", map[string]any{"name": "owner", "email": claimedAddress, "password": "owner-password"})
						if mode == "discreet" {
							s.Mails()
							attacker.Post("/sign-in/email", map[string]any{"email": claimedAddress, "password": "attacker-password"}).Want(http.StatusOK)
						}
						mail := comesBack(s, attacker)
						if elsewhere {
							owner = s.Client()
						}
						s.proves(owner, mail).Want(http.StatusOK)
						s.wantOwner("", "attacker", "owner")
						if _, err := s.Users().Delete(t.Context(), database.NotNull("id")); err != nil {
							t.Fatal(err)
						}
					}
				})
			})
		}
	}
}

// An address that gets no more mail keeps no claim that nobody could prove. Whoever
// signed up then is remembered: another's mail proves nobody's password.
func TestSignUpThatIsMailedNothing(t *testing.T) {
	t.Parallel()
	for _, elsewhere := range []bool{false, true} {
		databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
			o := plugintest.Options{DB: db, RateLimited: true}
			o.Config.RateLimit.Disabled = true
			o.Config.MailLimit.Max = 2
			s := newClaimSiteWith(t, o, mailings[0], emailpassword.Config{RequireVerifiedEmail: true})
			s.signsUp("attacker")
			_, mail := s.signsUp("attacker")
			owner := s.Client()
			for range 3 {
				owner.Post("/sign-up/email", map[string]any{"name": "owner", "email": claimedAddress, "password": "owner-password"}).Want(http.StatusOK)
			}
			claims, refusals := 0, 0
			for _, row := range s.Rows()["verification"] {
				claims += strings.Count(row, "sign-up-claim-")
				refusals += strings.Count(row, "sign-up-refused-")
			}
			if claims != 1 || refusals != 1 || len(s.Mails()) != 0 {
				t.Errorf("%d claims and %d refusals are kept", claims, refusals)
			}
			if elsewhere {
				owner = s.Client()
			}
			s.proves(owner, mail).Want(http.StatusOK)
			s.wantOwner("", "attacker", "owner")
		})
	}
}

// An account counts as used whoever signed somebody in to it, and while its address
// was verified.
func TestUseIsSeenHoweverItWas(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(s *claimSite, user *betterauth.User) error{
		"by another server": func(s *claimSite, user *betterauth.User) error {
			now := s.Clock.Now()
			return plugintest.StoreOf[betterauth.Session](s.Kit).Create(s.t.Context(), &betterauth.Session{
				UserID: user.ID, Token: strings.Repeat("t", 32), CreatedAt: now, UpdatedAt: now, ExpiresAt: now.Add(1e12)})
		},
		"by a provider": func(s *claimSite, user *betterauth.User) error {
			return plugintest.StoreOf[betterauth.Account](s.Kit).Create(s.t.Context(), &betterauth.Account{UserID: user.ID, ProviderID: "elsewhere", AccountID: "4711"})
		},
		"while it was verified": func(s *claimSite, user *betterauth.User) error {
			for _, verified := range []bool{true, false} {
				if _, err := s.Users().UpdateOne(s.t.Context(), database.Set{"emailVerified": verified}, database.Eq("id", user.ID)); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
				s := newClaimSite(t, db, mailings[0], emailpassword.Config{RequireVerifiedEmail: true})
				s.signsUp("owner")
				user, err := s.Users().Get(t.Context(), database.Eq("email", claimedAddress))
				if err == nil {
					err = use(s, user)
				}
				if err != nil {
					t.Fatal(err)
				}
				_, mail := s.signsUp("attacker")
				s.proves(s.Client(), mail).Want(http.StatusOK)
				s.wantOwner("", "attacker", "owner")
			})
		})
	}
}

// What a browser remembers of one address is not ended by a link for another.
func TestOtherLinksLeaveWhatABrowserSignedUpAs(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newClaimSite(t, db, mailings[0], emailpassword.Config{DisableAutoSignIn: true})
		s.Client().Post("/sign-up/email", map[string]any{"name": "x", "email": "evil@example.com", "password": "evil-password"}).Want(http.StatusOK)
		other := s.Mail()
		s.signsUp("attacker")
		s.opens("attacker")
		owner, mail := s.signsUp("owner")
		s.proves(owner, other).Want(http.StatusOK)
		s.proves(owner, mail).Want(http.StatusOK)
		if !s.opens("owner") || s.opens("attacker") {
			t.Error("the owner's own sign-up is not what is proven")
		}
	})
}
