package social_test

import (
	"net/http"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
)

const (
	hijack  = "Sudhodanan and Paverd, Pre-hijacked accounts (USENIX Security 2022), section 4"
	noauth  = "nOAuth (Descope 2023): an address that a tenant sets is no identity"
	stable  = "OpenID Connect Core 1.0, section 5.7 (stable claims)"
	typed   = "OpenID Connect Core 1.0, section 5.1 (email_verified)"
	ending  = "RFC 9700, section 4.7; OWASP ASVS 5.0, 7.4 (ended sessions)"
	passed  = "Truffle Security 2025: Google's OAuth and domains that expired"
	folded  = "Unicode Technical Report 36, section 2.8.2 (case mappings of identifiers)"
	nobody  = "RFC 6761, section 6.4 (.invalid)"
	stepped = "NIST SP 800-63B-4, section 2.2 (second factors)"
)

// existing is a sign-in while somebody has the address already.
func existing(provider string, userVerified bool, verified any) func(s *scene) *plugintest.Answer {
	return func(s *scene) *plugintest.Answer {
		s.CreateUser("alice@example.com", userVerified)
		s.who.verified = verified
		return s.flow(provider)
	}
}

// nativeExisting is the same by an ID token.
func nativeExisting(provider string, verified any) func(s *scene) *plugintest.Answer {
	return func(s *scene) *plugintest.Answer {
		s.CreateUser("alice@example.com", true)
		s.who.verified = verified
		return s.native(provider, object{"token": s.minted("client", "")})
	}
}

// lyingFlags are flags of the wrong type: none is the statement that an address is verified.
var lyingFlags = []struct {
	name  string
	value any
}{
	{"false", false}, {`the text "false"`, "false"}, {`the text "1"`, "1"}, {"the number 1", 1}, {"a list of true", []any{true}}, {"an object", object{"v": true}},
	{`the text "TRUE "`, "TRUE "}, {`the text "yes"`, "yes"}, {"null", nil}, {"an empty text", ""}, {`the text "True"`, "True"}, {`the text " true"`, " true"},
}

func fromFlags() (all []attack) {
	for _, f := range lyingFlags {
		for _, provider := range []string{"idp", "plain"} {
			all = append(all, attack{group: "verified addresses", name: "the flag is " + f.name + ", at " + provider, source: typed,
				play: existing(provider, true, f.value), want: "account_not_linked"})
		}
		all = append(all, attack{group: "verified addresses", name: "the flag is " + f.name + ", by a native client", source: typed,
			play: nativeExisting("idp", f.value), want: "OAUTH_LINK_ERROR"})
	}
	return all
}

// whileLinking plays a link, with something that happens before the browser comes back.
func whileLinking(provider string, happens func(s *scene, user *betterauth.User)) func(s *scene) *plugintest.Answer {
	return func(s *scene) *plugintest.Answer {
		user := s.user("alice@example.com", true)
		query := s.idp.approve(s.beginLink(provider), s.who)
		happens(s, user)
		s.mark()
		return s.back(provider, query)
	}
}

func (s *scene) endSessions(user *betterauth.User) {
	s.t.Helper()
	if _, err := plugintest.StoreOf[betterauth.Session](s.Kit).Delete(s.t.Context(), database.Eq("userId", user.ID)); err != nil {
		s.t.Fatal(err)
	}
}

// linkedNow fails unless an account is the user's.
func (s *scene) linkedNow(user *betterauth.User, want int) {
	s.t.Helper()
	n, err := plugintest.StoreOf[betterauth.Account](s.Kit).Count(s.t.Context(), database.Eq("userId", user.ID))
	if err != nil || n != want {
		s.t.Errorf("the user has %d accounts, want %d (%v)", n, want, err)
	}
}

func nothing(*scene, *betterauth.User) {}

func eve(s *scene) *betterauth.User { return s.CreateUser("eve@example.com", true) }

var linkingCases = []attack{
	{group: "verified addresses", name: "true", source: typed, play: existing("idp", true, true), want: in},
	{group: "verified addresses", name: `the text "true", which some providers send`, source: typed, play: existing("idp", true, "true"), want: in},
	{group: "verified addresses", name: "unverified at a trusted provider", source: hijack, play: existing("trusted", true, false), want: in},
	{group: "verified addresses", name: "of a tenant that may name any address", source: noauth, want: "account_not_linked",
		bend: claimed(func(c object) { c["iss"], c["tid"] = c["iss"].(string)+"/evil", "evil" }), play: existing("tenants", true, true)},
	{group: "verified addresses", name: "of such a tenant, for an address that nobody has", source: noauth, want: in,
		bend: claimed(func(c object) { c["iss"], c["tid"] = c["iss"].(string)+"/own", "own" }), play: func(s *scene) *plugintest.Answer {
			a := s.flow("tenants")
			if s.User("alice@example.com").EmailVerified {
				s.t.Error("the address counts as verified")
			}
			return a
		}},
	{group: "verified addresses", name: "the address in other case", source: "RFC 5321, section 2.4", play: func(s *scene) *plugintest.Answer {
		s.CreateUser("alice@example.com", true)
		s.who.email = "ALICE@Example.COM"
		a := s.flow("idp")
		if s.count("user") != 1 {
			s.t.Error("somebody else was made")
		}
		return a
	}, want: in},
	{group: "verified addresses", name: "the address in other case and unverified", source: hijack, play: func(s *scene) *plugintest.Answer {
		s.CreateUser("alice@example.com", true)
		s.who.email, s.who.verified = "ALICE@Example.COM", false
		return s.flow("idp")
	}, want: "account_not_linked"},
	{group: "verified addresses", name: "an address that folds into a user's", source: folded, want: "email_not_found", play: func(s *scene) *plugintest.Answer {
		s.CreateUser("kim@example.com", true)
		s.who.email = "\u212aim@example.com"
		return s.flow("idp")
	}},
	{group: "verified addresses", name: "an address that folds into a user's proves nothing to who has the account", source: folded, want: in, play: func(s *scene) *plugintest.Answer {
		s.account(s.CreateUser("kim@example.com", false), "idp", "sub-alice")
		s.who.email = "\u212aim@example.com"
		a := s.flow("idp")
		if s.User("kim@example.com").EmailVerified {
			s.t.Error("the address counts as verified")
		}
		return a
	}},
	{group: "verified addresses", name: "an address that is none", source: typed, play: func(s *scene) *plugintest.Answer { s.who.email = "alice"; return s.flow("idp") }, want: "email_not_found"},
	{group: "verified addresses", name: "no address", source: typed, play: func(s *scene) *plugintest.Answer { s.who.email = nil; return s.flow("idp") }, want: "email_not_found"},
	{group: "verified addresses", name: "an empty address", source: typed, play: func(s *scene) *plugintest.Answer { s.who.email = ""; return s.flow("idp") }, want: "email_not_found"},
	{group: "verified addresses", name: "no address, by a native client", source: typed, play: func(s *scene) *plugintest.Answer {
		s.who.email = nil
		return s.native("idp", object{"token": s.minted("client", "")})
	}, want: "USER_EMAIL_NOT_FOUND"},
	{group: "verified addresses", name: "an address as a list", source: typed, play: func(s *scene) *plugintest.Answer { s.who.email = []any{"alice@example.com"}; return s.flow("idp") }, want: "unable_to_get_user_info"},
	{group: "verified addresses", name: "an address with a line break", source: typed, play: func(s *scene) *plugintest.Answer {
		s.who.email = "alice@example.com\r\nBcc: eve@example.com"
		return s.flow("idp")
	}, want: "email_not_found"},
	{group: "verified addresses", name: "a native client says which address it is", source: noauth, want: "USER_EMAIL_NOT_FOUND", play: func(s *scene) *plugintest.Answer {
		s.CreateUser("alice@example.com", true)
		s.who = person{sub: "sub-eve"}
		return s.native("idp", object{"token": s.minted("client", ""), "user": object{"email": "alice@example.com", "name": object{"firstName": "A"}}})
	}},
	{group: "verified addresses", name: "a placeholder at a trusted provider", source: nobody, want: "account_not_linked", play: func(s *scene) *plugintest.Answer {
		s.CreateUser("7@plain.placeholder.invalid", true)
		s.who = person{sub: "sub-eve", email: "7@plain.placeholder.invalid", verified: true}
		return s.flow("trusted")
	}},
	{group: "verified addresses", name: "a placeholder with a dot at its end", source: nobody, want: "email_not_found", play: func(s *scene) *plugintest.Answer {
		s.CreateUser("7@plain.placeholder.invalid", true)
		s.who = person{sub: "sub-eve", email: "7@plain.placeholder.invalid.", verified: true}
		return s.flow("trusted")
	}},
	{group: "verified addresses", name: "a name with the character NUL", source: "RFC 8259, section 9 (limits of texts)", play: func(s *scene) *plugintest.Answer { s.who.name = "A\x00"; return s.flow("idp") }, want: "unable_to_get_user_info"},
	{group: "verified addresses", name: "a name with the character NUL, by a native client", source: "RFC 8259, section 9 (limits of texts)", play: func(s *scene) *plugintest.Answer {
		s.who.name = "A\x00"
		return s.native("idp", object{"token": s.minted("client", "")})
	}, want: "FAILED_TO_GET_USER_INFO"},

	{group: "users who exist", name: "whose own address is not verified", source: hijack, play: existing("idp", false, true), want: "account_not_linked"},
	{group: "users who exist", name: "neither address verified, at a trusted provider", source: hijack, play: existing("trusted", false, false), want: "account_not_linked"},
	{group: "users who exist", name: "whose own is not verified, where that is allowed: the first proof ends what was there", source: hijack, site: "unproven", want: in, play: func(s *scene) *plugintest.Answer {
		// Eve signed up with Alice's address, and kept a session and an account.
		squatter := s.user("alice@example.com", false)
		s.account(squatter, "plain", "sub-eve")
		old := s.c
		s.c = s.Client()
		a := s.flow("idp")
		if body := string(old.Get("/get-session").Body); body != "null" {
			s.t.Errorf("the old session lives: %s", body)
		}
		s.linkedNow(squatter, 1)
		return a
	}},
	{group: "users who exist", name: "neither verified, where unverified users are linked", source: hijack, site: "unproven", play: existing("idp", false, false), want: "account_not_linked"},
	{group: "users who exist", name: "linking is off", source: hijack, site: "unlinked", play: existing("idp", true, true), want: "account_not_linked"},
	{group: "users who exist", name: "linking is off, at a trusted provider", source: hijack, site: "unlinked", play: existing("trusted", true, true), want: "account_not_linked"},
	{group: "users who exist", name: "implicit linking is off", source: hijack, site: "explicit", play: existing("idp", true, true), want: "account_not_linked"},
	{group: "users who exist", name: "implicit linking is off, by a native client", source: hijack, site: "explicit", play: nativeExisting("idp", true), want: "OAUTH_LINK_ERROR"},
	{group: "users who exist", name: "implicit linking is off, asked for by the user", source: hijack, site: "explicit", play: whileLinking("idp", nothing), want: led},
	{group: "users who exist", name: "who has the account already, with another address now", source: stable, want: in, play: func(s *scene) *plugintest.Answer {
		user := s.CreateUser("old@example.com", true)
		s.account(user, "idp", "sub-alice")
		a := s.flow("idp")
		s.wantUser(user)
		if s.User("old@example.com").ID != user.ID || s.count("user") != 1 {
			s.t.Error("the user changed")
		}
		return a
	}},
	{group: "users who exist", name: "the subject in other case is somebody else", source: stable, want: "account_not_linked", play: func(s *scene) *plugintest.Answer {
		user := s.CreateUser("alice@example.com", true)
		s.account(user, "idp", "sub-alice")
		s.who = person{sub: "SUB-Alice", email: "alice@example.com", verified: false}
		return s.flow("idp")
	}},
	{group: "users who exist", name: "the subject with a blank after it is somebody else", source: stable, want: "account_not_linked", play: func(s *scene) *plugintest.Answer {
		user := s.CreateUser("alice@example.com", true)
		s.account(user, "idp", "sub-alice")
		s.who = person{sub: "sub-alice ", email: "alice@example.com", verified: false}
		return s.flow("idp")
	}},
	{group: "users who exist", name: "the subject with a wildcard is nobody", source: stable, want: "account_not_linked", play: func(s *scene) *plugintest.Answer {
		user := s.CreateUser("alice@example.com", true)
		s.account(user, "idp", "sub-alice")
		s.who = person{sub: "sub-%", email: "alice@example.com", verified: false}
		return s.flow("idp")
	}},
	{group: "users who exist", name: "the same subject at another provider is somebody else", source: stable, want: "account_not_linked", play: func(s *scene) *plugintest.Answer {
		user := s.CreateUser("alice@example.com", true)
		s.account(user, "idp", "sub-alice")
		s.who.verified = false
		return s.flow("plain")
	}},
	{group: "users who exist", name: "two users' rows hold the account", source: stable, want: "unable_to_link_account", play: func(s *scene) *plugintest.Answer {
		s.account(s.CreateUser("alice@example.com", true), "idp", "sub-alice")
		s.account(eve(s), "idp", "sub-alice")
		return s.flow("idp")
	}},
	{group: "users who exist", name: "the account's user is banned", source: ending, want: "BANNED_USER", play: func(s *scene) *plugintest.Answer {
		user := s.CreateUser("alice@example.com", true)
		s.account(user, "idp", "sub-alice")
		s.set(user, database.Set{"banned": true})
		return s.flow("idp")
	}},
	{group: "users who exist", name: "banned, by an account that would be linked now", source: ending, want: "BANNED_USER", play: func(s *scene) *plugintest.Answer {
		s.set(s.CreateUser("alice@example.com", true), database.Set{"banned": true})
		return s.flow("idp")
	}},
	{group: "users who exist", name: "banned, by a native client", source: ending, want: "BANNED_USER", play: func(s *scene) *plugintest.Answer {
		s.set(s.CreateUser("alice@example.com", true), database.Set{"banned": true})
		return s.native("idp", object{"token": s.minted("client", "")})
	}},
	{group: "users who exist", name: "with a second step", source: stepped, site: "steps", want: led, play: func(s *scene) *plugintest.Answer {
		user := s.CreateUser("alice@example.com", true)
		s.account(user, "idp", "sub-alice")
		s.set(user, database.Set{"twoFactorEnabled": true})
		s.c.Header.Set("Sec-Fetch-Mode", "navigate")
		s.c.Header.Set("Accept", "text/html")
		a := s.flow("idp")
		if a.Header.Get("Location") != "/second-step" || s.count("session") != 0 {
			s.t.Errorf("%d %s, %d sessions", a.Status, a.Header.Get("Location"), s.count("session"))
		}
		return a
	}},
	{group: "users who exist", name: "with a second step, by a native client", source: stepped, want: served, play: func(s *scene) *plugintest.Answer {
		user := s.CreateUser("alice@example.com", true)
		s.account(user, "idp", "sub-alice")
		s.set(user, database.Set{"twoFactorEnabled": true})
		a := s.native("idp", object{"token": s.minted("client", "")})
		if s.count("session") != 0 || strings.Contains(string(a.Body), `"token"`) {
			s.t.Errorf("%s", a.Body)
		}
		return a
	}},
	{group: "users who exist", name: "the provider overrides the address by another user's", source: noauth, want: in, play: func(s *scene) *plugintest.Answer {
		user := s.CreateUser("alice@example.com", true)
		s.account(user, "override", "sub-alice")
		victim := eve(s)
		s.who.email = "eve@example.com"
		a := s.flow("override")
		s.wantUser(user)
		if s.User("eve@example.com").ID != victim.ID || s.User("alice@example.com").ID != user.ID {
			s.t.Error("the address moved")
		}
		return a
	}},
	{group: "users who exist", name: "the provider overrides by an unverified address", source: noauth, want: in, play: func(s *scene) *plugintest.Answer {
		user := s.CreateUser("alice@example.com", true)
		s.account(user, "override", "sub-alice")
		s.who.email, s.who.verified = "new@example.com", false
		a := s.flow("override")
		if s.User("alice@example.com").ID != user.ID {
			s.t.Error("the address changed")
		}
		return a
	}},

	{group: "signing up", name: "sign-up is off", source: hijack, play: func(s *scene) *plugintest.Answer { return s.flow("closed") }, want: "signup_disabled"},
	{group: "signing up", name: "sign-up is off, asked for", source: hijack, play: func(s *scene) *plugintest.Answer { return s.flow("closed", object{"requestSignUp": true}) }, want: "signup_disabled"},
	{group: "signing up", name: "sign-up is off, somebody who exists", source: hijack, play: existing("closed", true, true), want: in},
	{group: "signing up", name: "implicit sign-up is off", source: hijack, play: func(s *scene) *plugintest.Answer { return s.flow("asked") }, want: "signup_disabled"},
	{group: "signing up", name: "implicit sign-up is off, asked for", source: hijack, play: func(s *scene) *plugintest.Answer { return s.flow("asked", object{"requestSignUp": true}) }, want: in},
	{group: "signing up", name: "implicit sign-up is off, additional data ask for it", source: hijack, play: func(s *scene) *plugintest.Answer {
		return s.flow("asked", object{"additionalData": object{"requestSignUp": true}})
	}, want: "signup_disabled"},
	{group: "signing up", name: "sign-up is off, by a native client", source: hijack, play: func(s *scene) *plugintest.Answer {
		return s.native("closed", object{"token": s.minted("client", "")})
	}, want: "OAUTH_LINK_ERROR"},
	{group: "signing up", name: "verified addresses are required", source: hijack, play: func(s *scene) *plugintest.Answer {
		s.who.verified = false
		a := s.flow("proven")
		if s.count("session") != 0 || s.count("user") != 1 {
			s.t.Error("the user was not made, or a session was")
		}
		s.mark() // the user is there to verify the address
		return a
	}, want: "email_not_verified"},
	{group: "signing up", name: "verified addresses are required, by a native client", source: hijack, play: func(s *scene) *plugintest.Answer {
		user := s.CreateUser("alice@example.com", false)
		s.account(user, "proven", "sub-alice")
		s.who.verified = false
		a := s.c.Post("/sign-in/social", object{"provider": "proven", "idToken": object{"token": s.minted("client", "")}})
		if s.count("session") != 0 {
			s.t.Error("a session was made")
		}
		s.mark()
		return a
	}, want: "EMAIL_NOT_VERIFIED"},
	{group: "signing up", name: "verified addresses are required and the provider verified it", source: hijack, play: func(s *scene) *plugintest.Answer { return s.flow("proven") }, want: in},

	{group: "linking", name: "an honest link", source: ending, play: whileLinking("idp", nothing), want: led},
	{group: "linking", name: "after the session ended", source: ending, play: whileLinking("idp", (*scene).endSessions), want: "unable_to_link_account"},
	{group: "linking", name: "after sign-out", source: ending, want: "unable_to_link_account", play: whileLinking("idp", func(s *scene, _ *betterauth.User) { s.c.Post("/sign-out", object{}).Want(http.StatusOK) })},
	{group: "linking", name: "after the session's token changed", source: ending, want: "unable_to_link_account", play: whileLinking("idp", func(s *scene, u *betterauth.User) {
		if _, err := plugintest.StoreOf[betterauth.Session](s.Kit).Update(s.t.Context(), database.Set{"token": strings.Repeat("r", 32)}, database.Eq("userId", u.ID)); err != nil {
			s.t.Fatal(err)
		}
	})},
	{group: "linking", name: "after the session expired", source: ending, want: "unable_to_link_account", play: whileLinking("idp", func(s *scene, u *betterauth.User) {
		if _, err := plugintest.StoreOf[betterauth.Session](s.Kit).Update(s.t.Context(), database.Set{"expiresAt": s.Clock.Now().Add(-time.Second)}, database.Eq("userId", u.ID)); err != nil {
			s.t.Fatal(err)
		}
	})},
	{group: "linking", name: "after the user was banned", source: ending, want: "state_mismatch", play: whileLinking("idp", func(s *scene, u *betterauth.User) {
		root := s.CreateUser("root@example.com", true)
		s.set(root, database.Set{"role": "admin"})
		s.SignedInAs(root).Post("/admin/ban-user", object{"userId": u.ID}).Want(http.StatusOK)
	})},
	{group: "linking", name: "after the user was deleted", source: ending, want: "state_mismatch", play: whileLinking("idp", func(s *scene, u *betterauth.User) {
		s.endSessions(u)
		if _, err := s.Users().Delete(s.t.Context(), database.Eq("id", u.ID)); err != nil {
			s.t.Fatal(err)
		}
	})},
	{group: "linking", name: "after the user changed the address", source: stable, want: "email_does_not_match", play: whileLinking("idp", func(s *scene, u *betterauth.User) { s.set(u, database.Set{"email": "new@example.com"}) })},
	{group: "linking", name: "the browser is signed in as somebody else by then", source: csrf, want: "unable_to_link_account", play: whileLinking("idp", func(s *scene, _ *betterauth.User) {
		s.c.SetCookie("better-auth.session_token", cookieNamed(s.SignedInAs(eve(s)), "session_token"))
	})},
	{group: "linking", name: "a link of somebody else, in one's own browser", source: csrf, want: "state_mismatch", play: whileLinking("idp", func(s *scene, _ *betterauth.User) { s.c = s.SignedInAs(eve(s)) })},
	{group: "linking", name: "a sign-in's flow, in the browser of somebody signed in, links nothing", source: csrf, want: in, play: func(s *scene) *plugintest.Answer {
		victim := s.user("victim@example.com", true)
		a := s.flow("idp")
		s.linkedNow(victim, 0)
		return a
	}},
	{group: "linking", name: "somebody else's subject", source: stable, want: "account_already_linked_to_different_user", play: func(s *scene) *plugintest.Answer {
		s.account(eve(s), "idp", "sub-alice")
		s.user("alice@example.com", true)
		return s.linkFlow("idp")
	}},
	{group: "linking", name: "one's own subject again", source: stable, want: led, play: func(s *scene) *plugintest.Answer {
		user := s.user("alice@example.com", true)
		s.account(user, "idp", "sub-alice")
		a := s.linkFlow("idp")
		s.linkedNow(user, 1)
		return a
	}},
	{group: "linking", name: "an account with another address", source: stable, want: "email_does_not_match", play: func(s *scene) *plugintest.Answer {
		s.user("other@example.com", true)
		return s.linkFlow("idp")
	}},
	{group: "users who exist", name: "neither verified, where unverified users are linked, at a trusted provider: whoever signed up would stay in", source: hijack, site: "unproven", want: "account_not_linked",
		play: existing("trusted", false, false)},
	{group: "users who exist", name: "who has another account at the provider: the address passed to somebody else", source: passed, want: "account_not_linked", play: func(s *scene) *plugintest.Answer {
		s.account(s.CreateUser("alice@example.com", true), "idp", "sub-before")
		return s.flow("idp")
	}},
	{group: "users who exist", name: "who has another account at the provider, by a native client", source: passed, want: "OAUTH_LINK_ERROR", play: func(s *scene) *plugintest.Answer {
		s.account(s.CreateUser("alice@example.com", true), "idp", "sub-before")
		return s.native("idp", object{"token": s.minted("client", "")})
	}},
	{group: "users who exist", name: "who has another account at a trusted provider", source: passed, want: "account_not_linked", play: func(s *scene) *plugintest.Answer {
		s.account(s.CreateUser("alice@example.com", true), "trusted", "sub-before")
		return s.flow("trusted")
	}},
	{group: "users who exist", name: "who has another account at the provider, where subjects change", source: passed, site: "renewed", want: in, play: func(s *scene) *plugintest.Answer {
		s.account(s.CreateUser("alice@example.com", true), "idp", "sub-before")
		return s.flow("idp")
	}},
	{group: "users who exist", name: "who has another account at another provider", source: passed, want: in, play: func(s *scene) *plugintest.Answer {
		s.account(s.CreateUser("alice@example.com", true), "other", "sub-before")
		return s.flow("idp")
	}},
	{group: "users who exist", name: "who has another account at the provider and links in a session", source: passed, want: led, play: func(s *scene) *plugintest.Answer {
		s.account(s.user("alice@example.com", true), "idp", "sub-before")
		return s.linkFlow("idp")
	}},
	{group: "users who exist", name: "who has another account at the provider and never proved the address: it ends", source: passed, site: "unproven", want: in, play: func(s *scene) *plugintest.Answer {
		s.account(s.CreateUser("alice@example.com", false), "idp", "sub-before")
		a := s.flow("idp")
		if s.count("account") != 1 {
			s.t.Error("the account from before is left")
		}
		return a
	}},
	{group: "linking", name: "an account with an address that folds into the user's", source: folded, want: "email_does_not_match", play: func(s *scene) *plugintest.Answer {
		s.user("kim@example.com", false)
		s.who.email = "\u212aim@example.com"
		return s.linkFlow("idp")
	}},
	{group: "linking", name: "an account with an address that folds into the user's, by a native client", source: folded, want: "LINKING_DIFFERENT_EMAILS_NOT_ALLOWED", play: func(s *scene) *plugintest.Answer {
		s.user("kim@example.com", false)
		s.who.email = "\u212aim@example.com"
		s.mark()
		return s.c.Post("/link-social", object{"provider": "idp", "idToken": object{"token": s.minted("client", "")}})
	}},
	{group: "linking", name: "an account with another address where that is allowed", source: stable, site: "different", want: led, play: func(s *scene) *plugintest.Answer {
		s.user("other@example.com", true)
		return s.linkFlow("idp")
	}},
	{group: "linking", name: "another address, in a session that is not fresh", source: ending, site: "different", want: "SESSION_NOT_FRESH", play: func(s *scene) *plugintest.Answer {
		s.user("other@example.com", true)
		s.Clock.Advance(25 * time.Hour)
		s.c.Get("/get-session").Want(http.StatusOK) // which prolongs it
		s.mark()
		return s.c.Post("/link-social", object{"provider": "idp"})
	}},
	{group: "linking", name: "at a trusted provider, in a session that is not fresh", source: ending, want: "SESSION_NOT_FRESH", play: func(s *scene) *plugintest.Answer {
		s.user("alice@example.com", true)
		s.Clock.Advance(25 * time.Hour)
		s.c.Get("/get-session").Want(http.StatusOK) // which prolongs it
		s.mark()
		return s.c.Post("/link-social", object{"provider": "trusted"})
	}},
	{group: "linking", name: "one's own address, in a session that is not fresh", source: stable, want: led, play: func(s *scene) *plugintest.Answer {
		s.user("alice@example.com", true)
		s.Clock.Advance(25 * time.Hour)
		return s.linkFlow("idp")
	}},
	{group: "linking", name: "an unverified address", source: hijack, want: "unable_to_link_account", play: func(s *scene) *plugintest.Answer {
		s.user("alice@example.com", true)
		s.who.verified = "false"
		return s.linkFlow("idp")
	}},
	{group: "linking", name: "linking is off", source: hijack, site: "unlinked", want: "unable_to_link_account", play: func(s *scene) *plugintest.Answer {
		s.user("alice@example.com", true)
		return s.linkFlow("idp")
	}},
	{group: "linking", name: "without a session", source: ending, want: "UNAUTHORIZED", play: func(s *scene) *plugintest.Answer {
		return s.c.Post("/link-social", object{"provider": "idp", "callbackURL": "/"})
	}},
	{group: "linking", name: "from a foreign origin", source: csrf, want: "INVALID_ORIGIN", play: func(s *scene) *plugintest.Answer {
		s.user("alice@example.com", true)
		s.c.Header.Set("Origin", "https://evil.example")
		s.mark()
		return s.c.Post("/link-social", object{"provider": "idp", "callbackURL": "/"})
	}},
	{group: "linking", name: "a user that the client names is not looked at", source: csrf, want: led, play: func(s *scene) *plugintest.Answer {
		user, victim := s.user("alice@example.com", true), eve(s)
		query := s.idp.approve(s.beginLink("idp", object{"additionalData": object{"link": object{"userId": victim.ID, "email": "alice@example.com"}, "serverContext": object{"provider": "plain"}}}), s.who)
		a := s.back("idp", query)
		s.linkedNow(user, 1)
		s.linkedNow(victim, 0)
		return a
	}},
	{group: "linking", name: "additional data of a sign-in cannot make it a link", source: csrf, want: in, play: func(s *scene) *plugintest.Answer {
		victim := eve(s)
		a := s.flow("idp", object{"additionalData": object{"link": object{"userId": victim.ID, "email": "alice@example.com"}, "expiresAt": 99999999999999, "oauthState": "x", "codeVerifier": "y"}})
		s.linkedNow(victim, 0)
		return a
	}},
	{group: "linking", name: "the stored link names another user", source: csrf, want: "unable_to_link_account", play: func(s *scene) *plugintest.Answer {
		user, victim := s.user("alice@example.com", true), eve(s)
		query := s.idp.approve(s.beginLink("idp"), s.who)
		s.rewrite(func(v string) string { return strings.Replace(v, user.ID, victim.ID, 1) })
		s.mark()
		return s.back("idp", query)
	}},
	{group: "linking", name: "the stored link has no session", source: ending, want: "unable_to_link_account", play: func(s *scene) *plugintest.Answer {
		s.user("alice@example.com", true)
		query := s.idp.approve(s.beginLink("idp"), s.who)
		s.rewrite(func(v string) string {
			return strings.Replace(v, `"encryptedSessionToken":"`, `"encryptedSessionToken":"00`, 1)
		})
		s.mark()
		return s.back("idp", query)
	}},
	{group: "linking", name: "by an ID token", source: ending, want: linked, play: func(s *scene) *plugintest.Answer {
		s.user("alice@example.com", true)
		return s.c.Post("/link-social", object{"provider": "idp", "idToken": object{"token": s.minted("client", "")}})
	}},
	{group: "linking", name: "by an ID token with somebody else's subject", source: stable, want: "SOCIAL_ACCOUNT_ALREADY_LINKED", play: func(s *scene) *plugintest.Answer {
		s.account(eve(s), "idp", "sub-alice")
		return s.linkByToken("alice@example.com")
	}},
	{group: "linking", name: "by an ID token with another address", source: stable, want: "LINKING_DIFFERENT_EMAILS_NOT_ALLOWED", play: func(s *scene) *plugintest.Answer { return s.linkByToken("other@example.com") }},
	{group: "linking", name: "by an ID token with an unverified address", source: hijack, want: "LINKING_NOT_ALLOWED", play: func(s *scene) *plugintest.Answer {
		s.who.verified = false
		return s.linkByToken("alice@example.com")
	}},
	{group: "linking", name: "by an ID token of another client", source: core + ", step 3", bend: with("aud", "another"), want: "INVALID_TOKEN", play: func(s *scene) *plugintest.Answer { return s.linkByToken("alice@example.com") }},
	{group: "linking", name: "by an ID token while the session ends", source: ending, want: "UNAUTHORIZED", play: func(s *scene) *plugintest.Answer {
		user := s.user("alice@example.com", true)
		s.c.Meanwhile(func() { s.endSessions(user); s.mark() })
		return s.c.Post("/link-social", object{"provider": "idp", "idToken": object{"token": s.minted("client", "")}})
	}},
}

func (s *scene) linkByToken(email string) *plugintest.Answer {
	s.t.Helper()
	s.user(email, true)
	s.mark()
	return s.c.Post("/link-social", object{"provider": "idp", "idToken": object{"token": s.minted("client", "")}})
}
