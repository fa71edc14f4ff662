package betterauth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
)

// standIn is a plugin whose operations sign somebody else in for ten minutes and
// lead back.
func standIn(sessions func() *database.Store[betterauth.Session], remember bool) betterauth.Plugin {
	become := func(c *betterauth.Ctx, in struct {
		Life string `json:"life"`
	}) (*betterauth.Session, error) {
		life, err := time.ParseDuration(in.Life)
		if err != nil {
			return nil, err
		}
		c.SetCookie(betterauth.Cookie{Key: "back", Value: c.Identity().Session.Token, Signed: true})
		return c.SignIn(c.Identity().User, betterauth.SignIn{Method: "stand-in", Remember: new(bool), Life: life})
	}
	back := func(c *betterauth.Ctx, _ betterauth.None) (betterauth.None, error) {
		token, _ := c.SignedCookie("back")
		session, err := sessions().Get(c, database.Eq("token", token))
		if err != nil {
			return betterauth.None{}, err
		}
		c.Resume(&betterauth.Identity{Session: session, User: c.Identity().User}, remember)
		return betterauth.None{}, nil
	}
	return betterauth.Inline{ID: "stand-in", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "become", Method: http.MethodPost, Path: "/become", Access: betterauth.WithStoredSession, SignIn: betterauth.MakesSession}, become),
		betterauth.Handle(betterauth.Operation{ID: "back", Method: http.MethodPost, Path: "/back", Access: betterauth.WithStoredSession}, back),
	}}
}

func TestLifeAndResume(t *testing.T) {
	t.Parallel()
	for _, remember := range []bool{true, false} {
		var kit *plugintest.Kit
		kit = plugintest.New(t, standIn(func() *database.Store[betterauth.Session] { return plugintest.StoreOf[betterauth.Session](kit) }, remember))
		alice := kit.SignedIn("alice@example.com")
		var session struct {
			Token     string    `json:"token"`
			ExpiresAt time.Time `json:"expiresAt"`
		}
		answer := alice.Post("/become", map[string]string{"life": "10m"}).Want(http.StatusOK).Into(&session)
		if want := kit.Clock.Now().Add(10 * time.Minute); !session.ExpiresAt.Equal(want) {
			t.Errorf("expires %v, want %v", session.ExpiresAt, want)
		}
		if ck := answer.SetCookie(sessionCookie); ck == nil || ck.MaxAge != 0 || answer.SetCookie(forgetCookie) == nil {
			t.Errorf("cookies %v", answer.Cookies)
		}
		answer = alice.Post("/back", nil).Want(http.StatusOK)
		ck, forget := answer.SetCookie(sessionCookie), answer.SetCookie(forgetCookie)
		if remember && (ck.MaxAge != 7*24*3600 || forget == nil || forget.MaxAge >= 0) {
			t.Errorf("remembered: %v", answer.Cookies)
		}
		if !remember && (ck.MaxAge != 0 || forget == nil || forget.MaxAge < 0) {
			t.Errorf("not remembered: %v", answer.Cookies)
		}
		if id, _ := getSession(t, alice, ""); id == nil || id.Session.Token != alice.Session.Token {
			t.Errorf("back as %v", id)
		}
		kit.Clock.Advance(10 * time.Minute)
		other := kit.Client()
		other.SetCookie(sessionCookie, session.Token+"."+kit.Host.Sign(session.Token))
		if id, _ := getSession(t, other, ""); id != nil {
			t.Error("the session outlived its Life")
		}
	}
}

func TestHostDescribes(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{
		Session:           betterauth.SessionConfig{ExpiresIn: time.Hour},
		AdditionalColumns: []betterauth.AddedColumn{betterauth.NewField[int64]("user", database.Column{Name: "birthYear", Hidden: true})},
	}})
	if c := kit.Host.SessionConfig(); c.ExpiresIn != time.Hour || c.FreshAge != 24*time.Hour {
		t.Errorf("%+v", c)
	}
	columns := kit.Host.Columns("user")
	if len(columns) != 8 || columns[0].Name != "name" || columns[7].Name != "birthYear" || !columns[7].Hidden || columns[7].Type != database.Number {
		t.Errorf("%+v", columns)
	}
	if kit.Host.Columns("nothing") != nil {
		t.Error("columns of no table")
	}
	columns[0].Hidden = true
	if kit.Host.Columns("user")[0].Hidden {
		t.Error("the schema was changed")
	}
}
