package plugintest_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/betterauth/plugintest/testdata/misspelt"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json/jsontext"
)

// brokenPlugin breaks one rule.
type brokenPlugin struct {
	name, rule string
	// also are rules that cannot but fail with it.
	also []string
	// says is part of what the failure says.
	says    string
	make    func() betterauth.Plugin
	options []plugintest.Option
}

// part is a plugin put together from functions, with a store of items.
type part struct {
	manifest func(p *part) betterauth.Manifest
	init     func(p *part) error
	host     *betterauth.Host
	items    *database.Store[item]
	users    *database.Store[betterauth.User]
}

// item belongs to a user.
type item struct {
	Name   string `json:"name"`
	Secret string `json:"-" db:"secret,hidden"`
	UserID string `json:"userId" db:"userId,index,references=user"`
	ID     string `json:"id"`
}

func (p *part) Manifest() betterauth.Manifest {
	m := p.manifest(p)
	m.ID = "part"
	m.Schema.Tables = append(m.Schema.Tables, database.TableOf[item]("item"))
	return m
}

func (p *part) Init(_ context.Context, h *betterauth.Host) (err error) {
	p.host = h
	if p.items, err = betterauth.StoreOf[item](h); err != nil {
		return err
	}
	p.users = h.UserStore()
	if p.init != nil {
		return p.init(p)
	}
	return nil
}

// nobody is what no plugin implements.
type nobody interface{ Nobody() }

// made makes parts.
func made(manifest func(p *part) betterauth.Manifest) func() betterauth.Plugin {
	return func() betterauth.Plugin { return &part{manifest: manifest} }
}

// endpoints is a manifest with endpoints only.
func endpoints(f func(p *part) []betterauth.Endpoint) func() betterauth.Plugin {
	return made(func(p *part) betterauth.Manifest { return betterauth.Manifest{Endpoints: f(p)} })
}

type nameInput struct {
	Name string `json:"name"`
}

type idInput struct {
	ID string `json:"id"`
}

var (
	errOnce   = &betterauth.ErrorCode{Code: "ONCE", Message: "That was done", Status: http.StatusConflict}
	errNoItem = &betterauth.ErrorCode{Code: "NO_ITEM", Message: "There is no such item", Status: http.StatusNotFound}
	done      = betterauth.Status{Status: true}
)

// post is an operation with a body at /part/<id>.
func post(id string, access betterauth.Access) betterauth.Operation {
	return betterauth.Operation{ID: id, Method: http.MethodPost, Path: "/part/" + id, Access: access, Errors: nil}
}

func greet(*betterauth.Ctx, nameInput) (betterauth.Status, error) { return done, nil }

// anItem makes an item for a client.
func anItem(k *plugintest.Kit, c *plugintest.Client) string {
	i := &item{Name: "an item", Secret: "the secret of the item", UserID: c.User.ID}
	if err := plugintest.StoreOf[item](k).Create(context.Background(), i); err != nil {
		panic(err)
	}
	return i.ID
}

// enter signs in whoever has the id of an item.
func (p *part) enter() betterauth.Endpoint {
	op := post("enter", betterauth.Public)
	op.SignIn = betterauth.MakesSession
	return betterauth.Handle(op, func(c *betterauth.Ctx, in idInput) (betterauth.Status, error) {
		i, err := p.items.Get(c, database.Eq("id", in.ID))
		if errors.Is(err, database.ErrNotFound) {
			return done, errNoItem
		}
		if err == nil {
			_, err = c.SignIn(&betterauth.User{ID: i.UserID}, betterauth.SignIn{Method: "item"})
		}
		return done, err
	})
}

// vouch believes whoever has the id of an item.
func (p *part) vouch(c *betterauth.Ctx) (*betterauth.Identity, bool, error) {
	id := c.Request().Header.Get("X-Item")
	if id == "" {
		return nil, false, nil
	}
	i, err := p.items.Get(c, database.Eq("id", id))
	if errors.Is(err, database.ErrNotFound) {
		return nil, false, betterauth.ErrUnauthorized
	}
	if err != nil {
		return nil, false, err
	}
	user, err := p.users.Get(c, database.Eq("id", i.UserID))
	if err != nil {
		return nil, false, err
	}
	return &betterauth.Identity{User: user, Session: &betterauth.Session{UserID: user.ID, ExpiresAt: c.Now().Add(time.Hour)}}, true, nil
}

func byID(id string) plugintest.Request {
	return plugintest.Request{Body: map[string]any{"id": id}}
}

func itsItem(k *plugintest.Kit, c *plugintest.Client) plugintest.Request { return byID(anItem(k, c)) }

// shared is what no two instances may share. With it instances fail that were
// closed long ago, and whose rules run at the same time.
var shared struct {
	sync.Mutex
	items *database.Store[item]
}

var calls struct {
	sync.Mutex
	n int
}

var greeting = endpoints(func(*part) []betterauth.Endpoint {
	return []betterauth.Endpoint{betterauth.Handle(post("mine", betterauth.WithSession), greet)}
})

// removal says how items are removed by their owner.
var removal = []plugintest.Option{
	plugintest.Sample("remove", itsItem),
	plugintest.Owned("remove", func(k *plugintest.Kit, c *plugintest.Client) plugintest.Ownership {
		return plugintest.Ownership{ID: anItem(k, c), Request: byID}
	}),
}

// removing deletes items of an owner, "" for a client without a session.
func removing(access betterauth.Access, of func(owner string) []database.Cond) func() betterauth.Plugin {
	op := post("remove", access)
	if access == betterauth.ServerOnly {
		op.Method, op.Path = "", ""
	}
	return made(func(p *part) betterauth.Manifest {
		return betterauth.Manifest{Errors: []*betterauth.ErrorCode{errNoItem}, Endpoints: []betterauth.Endpoint{
			betterauth.Handle(op, func(c *betterauth.Ctx, in idInput) (betterauth.Status, error) {
				owner := ""
				id, err := c.Session()
				if err != nil && !errors.Is(err, betterauth.ErrNoSession) {
					return done, err
				}
				if err == nil {
					owner = id.User.ID
				}
				n, err := p.items.Delete(c, append(of(owner), database.Eq("id", in.ID))...)
				if err == nil && n == 0 {
					err = errNoItem
				}
				return done, err
			})}}
	})
}

var broken = []brokenPlugin{
	{name: "capricious-manifest", rule: "manifest-same", says: "two calls differ", also: []string{"order"},
		make: made(func(*part) betterauth.Manifest {
			calls.Lock()
			defer calls.Unlock()
			calls.n++
			return betterauth.Manifest{Limits: []betterauth.RateLimit{betterauth.Limit("/x", betterauth.Rule{Window: time.Second, Max: calls.n})}}
		})},
	{name: "same-value", rule: "manifest-same", says: "newPlugin returned the same value twice", make: func() func() betterauth.Plugin {
		one := &part{manifest: func(*part) betterauth.Manifest { return betterauth.Manifest{} }}
		return func() betterauth.Plugin { return one }
	}()},
	{name: "clashing-routes", rule: "routes-unique", also: []string{"builds", "order"}, says: "operation two of part has the route POST /part/one of part's one",
		make: endpoints(func(*part) []betterauth.Endpoint {
			two := post("two", betterauth.Public)
			two.Path = "/part/one"
			return []betterauth.Endpoint{betterauth.Handle(post("one", betterauth.Public), greet), betterauth.Handle(two, greet)}
		})},
	{name: "undeclared-access", rule: "access-declared", also: []string{"builds", "order"}, says: "operation open does not",
		make: endpoints(func(*part) []betterauth.Endpoint {
			return []betterauth.Endpoint{betterauth.Handle(post("open", 0), greet)}
		})},
	{name: "no-status", rule: "error-codes", also: []string{"builds", "order"}, says: "number 1 of the manifest",
		make: made(func(*part) betterauth.Manifest {
			return betterauth.Manifest{Errors: []*betterauth.ErrorCode{{Code: "X", Message: "x"}}}
		})},
	{name: "code-listed-twice", rule: "error-codes", says: "operation open lists NO_ITEM, and so does the manifest",
		make: made(func(*part) betterauth.Manifest {
			op := post("open", betterauth.Public)
			op.Errors = []*betterauth.ErrorCode{errNoItem}
			return betterauth.Manifest{Errors: op.Errors, Endpoints: []betterauth.Endpoint{betterauth.Handle(op, greet)}}
		})},
	{name: "code-without-a-message", rule: "error-codes", says: "operation open lists",
		make: endpoints(func(*part) []betterauth.Endpoint {
			op := post("open", betterauth.Public)
			op.Errors = []*betterauth.ErrorCode{{Code: "X", Status: http.StatusBadRequest}}
			return []betterauth.Endpoint{betterauth.Handle(op, greet)}
		})},
	{name: "missing-requirement", rule: "builds", also: []string{"order"}, says: "need plugintest_test.nobody: no plugin implements it",
		make: made(func(*part) betterauth.Manifest {
			return betterauth.Manifest{Needs: []betterauth.Dependency{betterauth.Need[nobody](nil)}}
		})},
	{name: "circular", rule: "builds", also: []string{"order"}, says: "other is ordered after part, part is ordered after other",
		options: []plugintest.Option{plugintest.Companions(func() []betterauth.Plugin {
			return []betterauth.Plugin{betterauth.Inline{ID: "other", OrderAfter: []string{"part"}}}
		})},
		make: made(func(*part) betterauth.Manifest { return betterauth.Manifest{OrderAfter: []string{"other"}} })},
	{name: "order-matters", rule: "order", says: "Build fails when the plugins are added in another order",
		options: []plugintest.Option{plugintest.Companions(func() []betterauth.Plugin {
			return []betterauth.Plugin{betterauth.Inline{ID: "host", Endpoints: []betterauth.Endpoint{betterauth.Handle(post("hosted", betterauth.Public), greet)}}}
		})},
		make: endpoints(func(*part) []betterauth.Endpoint {
			op := post("hosted", betterauth.Public)
			op.Replaces = "hosted"
			return []betterauth.Endpoint{betterauth.Handle(op, greet)}
		})},
	{name: "forgives-everything", rule: "no-session", says: "without a session answers 200", also: []string{"outage", "fail-closed", "hostile-bodies", "answers", "foreign-origin", "two-instances"},
		make: made(func(p *part) betterauth.Manifest {
			return betterauth.Manifest{
				Endpoints: []betterauth.Endpoint{betterauth.Handle(post("mine", betterauth.WithSession), greet)},
				After: []betterauth.AfterHook{betterauth.AfterMatch(betterauth.Every, func(_ *betterauth.Ctx, r *betterauth.Result) error {
					if errors.Is(r.Err, betterauth.ErrUnauthorized) {
						r.Value, r.Err = done, nil
					}
					return nil
				})},
			}
		})},
	{name: "trusts-everybody", rule: "foreign-origin", also: []string{"open-redirect"}, says: `from origin "https://evil.example" answers 200`,
		make: made(func(*part) betterauth.Manifest {
			return betterauth.Manifest{TrustedOrigins: []string{"https://**"},
				Endpoints: []betterauth.Endpoint{betterauth.Handle(post("mine", betterauth.WithSession), greet)}}
		})},
	{name: "leads-anywhere", rule: "open-redirect", says: "leads to https://evil.example/x",
		make: endpoints(func(*part) []betterauth.Endpoint {
			op := betterauth.Operation{ID: "go", Method: http.MethodGet, Path: "/part/go", Access: betterauth.Public}
			return []betterauth.Endpoint{betterauth.Handle(op, func(_ *betterauth.Ctx, in struct {
				CallbackURL string `query:"callbackURL"`
			}) (betterauth.Redirect, error) {
				return betterauth.Redirect{URL: in.CallbackURL}, nil
			})}
		})},
	{name: "trusts-its-input", rule: "hostile-bodies", says: `sent "" as name, answers 500`,
		make: endpoints(func(*part) []betterauth.Endpoint {
			return []betterauth.Endpoint{betterauth.Handle(post("initial", betterauth.Public), func(_ *betterauth.Ctx, in nameInput) (betterauth.Status, error) {
				return betterauth.Status{Status: in.Name[0] != 'x'}, nil
			})}
		})},
	{name: "trusts-its-input-once", rule: "hostile-bodies", says: `as name, answers 500`,
		make: endpoints(func(p *part) []betterauth.Endpoint {
			op := post("once", betterauth.WithSession)
			op.Errors = []*betterauth.ErrorCode{errOnce}
			return []betterauth.Endpoint{betterauth.Handle(op, func(c *betterauth.Ctx, in nameInput) (betterauth.Status, error) {
				return done, c.ChangeAccess(func(tx *betterauth.Ctx, user *betterauth.User) error {
					n, err := p.items.Count(tx, database.Eq("userId", user.ID))
					if err != nil {
						return err
					}
					if n > 0 {
						return errOnce
					}
					if in.Name != "a name" {
						return errors.New("another name") // which is no ErrorCode
					}
					return p.items.Create(tx, &item{Name: "once", Secret: "a secret", UserID: user.ID})
				})
			})}
		}), options: []plugintest.Option{plugintest.Sample("once", func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Body: map[string]any{"name": "a name"}}
		})}},
	{name: "trusts-a-header", rule: "hostile-bodies", says: `sent "a\xff" as Accept-Language, answers 500`,
		make: endpoints(func(*part) []betterauth.Endpoint {
			return []betterauth.Endpoint{betterauth.Handle(post("language", betterauth.Public), func(c *betterauth.Ctx, _ betterauth.None) (betterauth.Status, error) {
				_, err := jsontext.AppendQuote(nil, c.Request().Header.Get("Accept-Language"))
				return done, err
			})}
		})},
	{name: "trusts-a-cookie", rule: "hostile-bodies", says: `as the cookie better-auth.session_token, answers 500`,
		make: endpoints(func(*part) []betterauth.Endpoint {
			return []betterauth.Endpoint{betterauth.Handle(post("crumb", betterauth.Public), func(c *betterauth.Ctx, _ betterauth.None) (betterauth.Status, error) {
				sent, _ := c.Cookie("session_token")
				_, err := jsontext.AppendQuote(nil, sent)
				return done, err
			})}
		})},
	{name: "forgets-the-owner", rule: "ownership", says: "remove changed what is stored: item no longer has",
		options: []plugintest.Option{
			plugintest.Sample("remove", itsItem),
			plugintest.Owned("remove", func(k *plugintest.Kit, c *plugintest.Client) plugintest.Ownership {
				return plugintest.Ownership{ID: anItem(k, c), Request: byID}
			}),
		},
		make: made(func(p *part) betterauth.Manifest {
			return betterauth.Manifest{Errors: []*betterauth.ErrorCode{errNoItem}, Endpoints: []betterauth.Endpoint{
				betterauth.Handle(post("remove", betterauth.WithSession), func(c *betterauth.Ctx, in idInput) (betterauth.Status, error) {
					n, err := p.items.Delete(c, database.Eq("id", in.ID))
					if err == nil && n == 0 {
						err = errNoItem
					}
					return done, err
				})}}
		})},
	{name: "tells-what-exists", rule: "ownership", says: "answers another user's id with 403",
		options: []plugintest.Option{
			plugintest.Sample("look", itsItem),
			plugintest.Owned("look", func(k *plugintest.Kit, c *plugintest.Client) plugintest.Ownership {
				return plugintest.Ownership{ID: anItem(k, c), Request: byID}
			}),
		},
		make: made(func(p *part) betterauth.Manifest {
			notYours := &betterauth.ErrorCode{Code: "NOT_YOURS", Message: "Not yours", Status: http.StatusForbidden}
			return betterauth.Manifest{Errors: []*betterauth.ErrorCode{errNoItem, notYours}, Endpoints: []betterauth.Endpoint{
				betterauth.Handle(post("look", betterauth.WithSession), func(c *betterauth.Ctx, in idInput) (*item, error) {
					i, err := p.items.Get(c, database.Eq("id", in.ID))
					if errors.Is(err, database.ErrNotFound) {
						return nil, errNoItem
					}
					if err == nil && i.UserID != c.Identity().User.ID {
						return nil, notYours
					}
					return i, err
				})}}
		})},
	{name: "ends-any-session", rule: "ownership", says: "with another user's id as userId answers 200 and changed session no longer has",
		make: endpoints(func(p *part) []betterauth.Endpoint {
			return []betterauth.Endpoint{betterauth.Handle(post("kick", betterauth.WithSession), func(c *betterauth.Ctx, in struct {
				UserID string `json:"userId"`
			}) (betterauth.Status, error) {
				_, err := p.host.Sessions().RevokeAll(c, in.UserID)
				return done, err
			})}
		})},
	{name: "deletes-what-it-finds", rule: "ownership", says: "drop with another user's id as id answers 200 and changed item no longer has",
		make: made(func(p *part) betterauth.Manifest {
			return betterauth.Manifest{Endpoints: []betterauth.Endpoint{
				betterauth.Handle(post("add", betterauth.WithSession), func(c *betterauth.Ctx, in nameInput) (*item, error) {
					i := &item{Name: in.Name, UserID: c.Identity().User.ID}
					return i, p.items.Create(c, i)
				}),
				betterauth.Handle(post("drop", betterauth.WithSession), func(c *betterauth.Ctx, in idInput) (betterauth.Status, error) {
					_, err := p.items.Delete(c, database.Eq("id", in.ID))
					return done, err
				}),
			}}
		})},
	{name: "shows-what-it-finds", rule: "ownership", says: "look answers another user's id as id with 200",
		make: made(func(p *part) betterauth.Manifest {
			return betterauth.Manifest{Errors: []*betterauth.ErrorCode{errNoItem}, Endpoints: []betterauth.Endpoint{
				betterauth.Handle(post("add", betterauth.WithSession), func(c *betterauth.Ctx, in nameInput) (*item, error) {
					i := &item{Name: in.Name, UserID: c.Identity().User.ID}
					return i, p.items.Create(c, i)
				}),
				betterauth.Handle(post("look", betterauth.WithSession), func(c *betterauth.Ctx, in idInput) (*item, error) {
					i, err := p.items.Get(c, database.Eq("id", in.ID))
					if errors.Is(err, database.ErrNotFound) {
						err = errNoItem
					}
					return i, err
				}),
			}}
		})},
	{name: "keeps-a-way-in", rule: "one-life", also: []string{"ownership"}, says: "enter signs a user in by what was there before their address was proven for the first time",
		options: []plugintest.Option{plugintest.Sample("enter", func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
			return itsItem(k, k.SignedIn("alice@example.com"))
		})},
		make: made(func(p *part) betterauth.Manifest {
			return betterauth.Manifest{Errors: []*betterauth.ErrorCode{errNoItem}, Endpoints: []betterauth.Endpoint{p.enter()}}
		})},
	{name: "keeps-a-key", rule: "one-life", says: "the key still stands for its owner after their address was proven for the first time",
		options: []plugintest.Option{plugintest.WayIn("the key", func(k *plugintest.Kit, owner *plugintest.Client) func(*plugintest.Client) {
			id := anItem(k, owner)
			return func(c *plugintest.Client) { c.Header.Set("X-Item", id) }
		})},
		make: made(func(p *part) betterauth.Manifest {
			return betterauth.Manifest{Sources: []betterauth.SessionSource{betterauth.IdentitySource("item", p.vouch)}}
		})},
	{name: "leaves-a-note-behind", rule: "one-life", says: "a user who was deleted is still named in verification",
		make: endpoints(func(p *part) []betterauth.Endpoint {
			return []betterauth.Endpoint{betterauth.Handle(post("begin", betterauth.WithSession), func(c *betterauth.Ctx, _ betterauth.None) (betterauth.Status, error) {
				_, err := p.host.Verifications().Create(c, "part-"+c.Identity().Session.ID, c.Identity().User.ID, time.Hour)
				return done, err
			})}
		})},
	{name: "revokes-nothing", rule: "one-life", says: "item stay after the address was proven for the first time, all rows in [item]; remove them in Revoke",
		make: made(func(p *part) betterauth.Manifest {
			return betterauth.Manifest{
				Credentials: []betterauth.Credentials{{Name: "item", Tables: []string{"item"}, Revoke: func(context.Context, betterauth.Revocation) error { return nil }}},
				Endpoints: []betterauth.Endpoint{
					betterauth.Handle(post("add", betterauth.WithStoredSession), func(c *betterauth.Ctx, in nameInput) (betterauth.Status, error) {
						return done, c.ChangeAccess(func(tx *betterauth.Ctx, user *betterauth.User) error {
							return p.items.Create(tx, &item{Name: in.Name, UserID: user.ID})
						})
					}),
				},
			}
		})},
	{name: "does-not-say-where", rule: "looks-again", says: "add, whose session was revoked just after it was read, answers 200 and wrote item id=",
		make: made(func(p *part) betterauth.Manifest {
			return betterauth.Manifest{
				Credentials: []betterauth.Credentials{{Name: "item", Revoke: func(ctx context.Context, r betterauth.Revocation) error {
					_, err := p.items.Delete(ctx, database.Eq("userId", r.User.ID))
					return err
				}}},
				Endpoints: []betterauth.Endpoint{
					betterauth.Handle(post("add", betterauth.WithStoredSession), func(c *betterauth.Ctx, in nameInput) (betterauth.Status, error) {
						return done, p.items.Create(c, &item{Name: in.Name, UserID: c.Identity().User.ID})
					}),
				},
			}
		})},
	{name: "does-not-look-again", rule: "looks-again", says: "add, whose session was revoked just after it was read, answers 200 and wrote item id=",
		make: made(func(p *part) betterauth.Manifest {
			return betterauth.Manifest{
				Credentials: []betterauth.Credentials{{Name: "item", Tables: []string{"item"}, Revoke: func(ctx context.Context, r betterauth.Revocation) error {
					_, err := p.items.Delete(ctx, database.Eq("userId", r.User.ID))
					return err
				}}},
				Endpoints: []betterauth.Endpoint{
					betterauth.Handle(post("add", betterauth.WithStoredSession), func(c *betterauth.Ctx, in nameInput) (betterauth.Status, error) {
						return done, p.items.Create(c, &item{Name: in.Name, UserID: c.Identity().User.ID})
					}),
				},
			}
		})},
	{name: "clashing-columns", rule: "schema", says: "Build on a database in snake_case",
		make: made(func(*part) betterauth.Manifest {
			return betterauth.Manifest{Schema: betterauth.Schema{Columns: []betterauth.AddedColumn{
				betterauth.NewField[string]("user", database.Column{Name: "niceName"}),
				betterauth.NewField[string]("user", database.Column{Name: "nice_name"}),
			}}}
		})},
	{name: "demands-a-column", rule: "schema", says: "Build on a database with rows of before the plugin", also: []string{
		"no-session", "foreign-origin", "open-redirect", "hostile-bodies", "ownership", "one-life", "looks-again", "answers", "errors-declared", "concurrent", "outage", "fail-closed", "gates",
		"two-instances", "close", "log", "traced"},
		make: made(func(*part) betterauth.Manifest {
			return betterauth.Manifest{
				Endpoints: []betterauth.Endpoint{betterauth.Handle(post("mine", betterauth.WithSession), greet)},
				Schema: betterauth.Schema{Columns: []betterauth.AddedColumn{
					betterauth.NewField[string]("user", database.Column{Name: "plan", Required: true})}}}
		})},
	{name: "shows-what-is-hidden", rule: "answers", says: "answers with the hidden column item.secret",
		options: []plugintest.Option{plugintest.Sample("show", itsItem)},
		make: made(func(p *part) betterauth.Manifest {
			return betterauth.Manifest{Errors: []*betterauth.ErrorCode{errNoItem}, Endpoints: []betterauth.Endpoint{
				betterauth.Handle(post("show", betterauth.WithSession), func(c *betterauth.Ctx, in idInput) (map[string]string, error) {
					i, err := p.items.Get(c, database.Eq("id", in.ID), database.Eq("userId", c.Identity().User.ID))
					if errors.Is(err, database.ErrNotFound) {
						return nil, errNoItem
					}
					if err != nil {
						return nil, err
					}
					return map[string]string{"secret": i.Secret}, nil
				})}}
		})},
	{name: "another-answer", rule: "answers", says: "mine answers a string and declares betterauth.Status",
		make: made(func(*part) betterauth.Manifest {
			return betterauth.Manifest{
				Endpoints: []betterauth.Endpoint{betterauth.Handle(post("mine", betterauth.WithSession), greet)},
				After: []betterauth.AfterHook{betterauth.AfterMatch(func(op betterauth.Operation) bool { return op.ID == "mine" },
					func(_ *betterauth.Ctx, r *betterauth.Result) error {
						if r.Err == nil {
							r.Value = "fine"
						}
						return nil
					})},
			}
		})},
	{name: "undeclared-code", rule: "errors-declared", says: "answers 404 NO_ITEM",
		make: endpoints(func(*part) []betterauth.Endpoint {
			return []betterauth.Endpoint{betterauth.Handle(post("none", betterauth.Public), func(*betterauth.Ctx, nameInput) (betterauth.Status, error) {
				return done, errNoItem
			})}
		})},
	{name: "good-for-many-uses", rule: "one-winner", also: []string{"ownership"}, says: "use succeeded 8 times of 8",
		options: []plugintest.Option{plugintest.SingleUse("use", itsItem), plugintest.Sample("use", itsItem)},
		make: made(func(p *part) betterauth.Manifest {
			return betterauth.Manifest{Errors: []*betterauth.ErrorCode{errNoItem}, Endpoints: []betterauth.Endpoint{
				betterauth.Handle(post("use", betterauth.WithSession), func(c *betterauth.Ctx, in idInput) (betterauth.Status, error) {
					_, err := p.items.Get(c, database.Eq("id", in.ID))
					if errors.Is(err, database.ErrNotFound) {
						err = errNoItem
					}
					return done, err
				})}}
		})},
	{name: "one-at-a-time", rule: "concurrent", says: "when called at the same time",
		make: func() betterauth.Plugin {
			var busy sync.Mutex
			return endpoints(func(*part) []betterauth.Endpoint {
				return []betterauth.Endpoint{betterauth.Handle(post("alone", betterauth.Public), func(*betterauth.Ctx, betterauth.None) (betterauth.Status, error) {
					if !busy.TryLock() {
						return done, errors.New("busy")
					}
					defer busy.Unlock()
					time.Sleep(20 * time.Millisecond) // for the others to find it busy
					return done, nil
				})}
			})()
		}},
	{name: "takes-an-outage-for-nothing", rule: "outage", says: "look answers 404",
		options: []plugintest.Option{plugintest.Sample("look", func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
			return itsItem(k, k.SignedIn("alice@example.com"))
		})},
		make: made(func(p *part) betterauth.Manifest {
			return betterauth.Manifest{Errors: []*betterauth.ErrorCode{errNoItem}, Endpoints: []betterauth.Endpoint{
				betterauth.Handle(post("look", betterauth.Public), func(c *betterauth.Ctx, in idInput) (betterauth.Status, error) {
					if _, err := p.items.Get(c, database.Eq("id", in.ID)); err != nil {
						return done, errNoItem
					}
					return done, nil
				})}}
		})},
	{name: "does-not-look-at-errors", rule: "fail-closed", says: "in whose row hook there is an error answers 200",
		make: endpoints(func(p *part) []betterauth.Endpoint {
			return []betterauth.Endpoint{betterauth.Handle(post("note", betterauth.WithSession), func(c *betterauth.Ctx, in nameInput) (betterauth.Status, error) {
				_ = p.items.Create(c, &item{Name: in.Name, UserID: c.Identity().User.ID})
				return done, nil
			})}
		})},
	{name: "half-done", rule: "fail-closed", says: "leaves behind: item now has",
		make: endpoints(func(p *part) []betterauth.Endpoint {
			return []betterauth.Endpoint{betterauth.Handle(post("twice", betterauth.WithSession), func(c *betterauth.Ctx, in nameInput) (betterauth.Status, error) {
				for range 2 { // not in a transaction
					if err := p.items.Create(c, &item{Name: in.Name, UserID: c.Identity().User.ID}); err != nil {
						return done, err
					}
				}
				return done, nil
			})}
		})},
	{name: "past-the-gates", rule: "gates", says: "enter answers 200",
		make: func() betterauth.Plugin {
			return endpoints(func(p *part) []betterauth.Endpoint {
				op := post("enter", betterauth.Public)
				op.SignIn = betterauth.MakesSession
				return []betterauth.Endpoint{betterauth.Handle(op, func(c *betterauth.Ctx, in nameInput) (betterauth.Status, error) {
					user, err := p.users.Get(c, database.Eq("email", "guest@example.com"))
					if errors.Is(err, database.ErrNotFound) {
						user = &betterauth.User{Name: "Guest", Email: "guest@example.com"}
						err = p.users.Create(c, user)
					}
					if errors.Is(err, database.ErrUnique) {
						return done, nil
					}
					if err != nil {
						return done, err
					}
					_, _ = c.SignIn(user, betterauth.SignIn{Method: "part"})
					return done, nil
				})}
			})()
		}, also: []string{"outage", "fail-closed"}},
	{name: "a-store-for-all", rule: "two-instances", says: "once there is a second", also: []string{
		"concurrent", "hostile-bodies", "schema", "answers", "close", "outage", "fail-closed", "log", "errors-declared", "open-redirect", "no-session", "foreign-origin", "gates"},
		make: func() betterauth.Plugin {
			return &part{
				init: func(p *part) error {
					shared.Lock()
					defer shared.Unlock()
					shared.items = p.items
					return nil
				},
				manifest: func(*part) betterauth.Manifest {
					return betterauth.Manifest{Endpoints: []betterauth.Endpoint{betterauth.Handle(post("keep", betterauth.Public),
						func(c *betterauth.Ctx, in nameInput) (betterauth.Status, error) {
							shared.Lock()
							defer shared.Unlock()
							return done, shared.items.Create(context.WithoutCancel(c), &item{Name: in.Name, UserID: "nobody"})
						})}}
				},
			}
		}},
	{name: "never-stops", rule: "close", says: "still running",
		make: func() betterauth.Plugin {
			return &part{manifest: func(*part) betterauth.Manifest { return betterauth.Manifest{} }, init: func(*part) error {
				go func() { select {} }()
				return nil
			}}
		}},
	{name: "takes-machine-form", rule: "typed-codes", says: `enter takes 12-34 and not " \u200b12\u00a034\n" as code`,
		options: []plugintest.Option{plugintest.Sample("enter", func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Body: map[string]any{"code": "12-34"}}
		})},
		make: endpoints(func(*part) []betterauth.Endpoint {
			return []betterauth.Endpoint{betterauth.Handle(post("enter", betterauth.WithSession), func(_ *betterauth.Ctx, in struct {
				Code betterauth.TypedCode `json:"code"`
			}) (betterauth.Status, error) {
				if in.Code != "12-34" {
					return done, betterauth.ErrValidation
				}
				return done, nil
			})}
		})},
	{name: "talkative", rule: "log", says: "the password sent to tell is in the log",
		make: endpoints(func(p *part) []betterauth.Endpoint {
			return []betterauth.Endpoint{betterauth.Handle(post("tell", betterauth.Public), func(_ *betterauth.Ctx, in struct {
				Password string `json:"password"`
			}) (betterauth.Status, error) {
				p.host.Logger().Debug("called", slog.String("with", in.Password))
				return done, nil
			})}
		})},
	{name: "refuses-by-hand", rule: "traced", says: "tell, sent what it should be, answers 403 and leaves no trace",
		make: endpoints(func(*part) []betterauth.Endpoint {
			return []betterauth.Endpoint{betterauth.Handle(post("tell", betterauth.Public), func(*betterauth.Ctx, betterauth.None) (betterauth.Raw, error) {
				return betterauth.Raw{Status: http.StatusForbidden, ContentType: "text/plain", Body: []byte("no")}, nil
			})}
		})},
	{name: "let-in-as-the-server", rule: "no-session", says: "mine without a session answers 200", also: []string{"outage", "fail-closed", "hostile-bodies", "answers", "foreign-origin", "two-instances"},
		make: made(func(p *part) betterauth.Manifest {
			return betterauth.Manifest{
				Endpoints: []betterauth.Endpoint{betterauth.Handle(post("mine", betterauth.WithStoredSessionOrInProcess), greet)},
				After: []betterauth.AfterHook{betterauth.AfterMatch(betterauth.Every, func(_ *betterauth.Ctx, r *betterauth.Result) error {
					if errors.Is(r.Err, betterauth.ErrUnauthorized) {
						r.Value, r.Err = done, nil
					}
					return nil
				})},
			}
		})},
	{name: "owned-by-whoever-comes", rule: "no-session", says: "changed what belongs to somebody: item no longer has",
		options: removal,
		make: removing(betterauth.Public, func(owner string) []database.Cond {
			if owner == "" {
				return nil
			}
			return []database.Cond{database.Eq("userId", owner)}
		})},
	{name: "finds-by-an-optional-id", rule: "ownership", says: "empty with another user's id as itemId answers 200 and changed item no longer has",
		make: made(func(p *part) betterauth.Manifest {
			return betterauth.Manifest{Endpoints: []betterauth.Endpoint{
				betterauth.Handle(post("add", betterauth.WithSession), func(c *betterauth.Ctx, in nameInput) (*item, error) {
					i := &item{Name: in.Name, UserID: c.Identity().User.ID}
					return i, p.items.Create(c, i)
				}),
				betterauth.Handle(post("empty", betterauth.Public), func(c *betterauth.Ctx, in struct {
					ItemID *string `json:"itemId"`
				}) (betterauth.Status, error) {
					if in.ItemID == nil {
						return done, nil
					}
					_, err := p.items.Delete(c, database.Eq("id", *in.ItemID))
					return done, err
				}),
			}}
		})},
	{name: "public-and-forgets-the-owner", rule: "ownership", says: "remove changed what is stored: item no longer has",
		options: removal,
		make: removing(betterauth.Public, func(owner string) []database.Cond {
			if owner == "" {
				return []database.Cond{database.Eq("userId", "nobody")}
			}
			return nil
		})},
	{name: "forgets-the-owner-in-process", rule: "ownership", says: "remove changed what is stored: item no longer has",
		options: removal,
		make: removing(betterauth.ServerOnly, func(owner string) []database.Cond {
			if owner == "" {
				return []database.Cond{database.Eq("userId", "nobody")}
			}
			return nil
		})},
	{name: "good-for-many-uses-in-process", rule: "one-winner", says: "spend succeeded 8 times of 8",
		options: []plugintest.Option{plugintest.SingleUse("spend", itsItem)},
		make: made(func(p *part) betterauth.Manifest {
			return betterauth.Manifest{Errors: []*betterauth.ErrorCode{errNoItem}, Endpoints: []betterauth.Endpoint{
				betterauth.Handle(betterauth.Operation{ID: "spend", Access: betterauth.ServerOnly}, func(c *betterauth.Ctx, in idInput) (betterauth.Status, error) {
					_, err := p.items.Get(c, database.Eq("id", in.ID))
					if errors.Is(err, database.ErrNotFound) {
						err = errNoItem
					}
					return done, err
				})}}
		})},
	{name: "undeclared-code-of-a-companion", rule: "errors-declared", says: "others, sent what it should be, answers 404 NO_ITEM",
		options: []plugintest.Option{
			plugintest.Companions(func() []betterauth.Plugin {
				return []betterauth.Plugin{betterauth.Inline{ID: "other", Endpoints: []betterauth.Endpoint{
					betterauth.Handle(post("others", betterauth.Public), func(*betterauth.Ctx, nameInput) (betterauth.Status, error) { return done, errNoItem })}}}
			}),
			plugintest.Sample("others", func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
				return plugintest.Request{Body: map[string]any{"name": "x"}}
			}),
		},
		make: made(func(*part) betterauth.Manifest { return betterauth.Manifest{} })},
	{name: "misspelt-sample", rule: plugintest.OptionsUsed, says: `Sample("mein") names no operation; this plugin has mine`,
		options: []plugintest.Option{plugintest.Sample("mein", func(*plugintest.Kit, *plugintest.Client) plugintest.Request { return plugintest.Request{} })},
		make:    greeting},
	{name: "misspelt-exception", rule: plugintest.OptionsUsed, says: `Except("ownership", "mein") names no operation; this plugin has mine`,
		options: []plugintest.Option{plugintest.Except("ownership", "mein", "it is misspelt")},
		make:    greeting},
	{name: "option-given-twice", rule: plugintest.OptionsUsed, says: `SingleUse("mine") was given twice: the first is never used`,
		options: []plugintest.Option{plugintest.SingleUse("mine", itsItem), plugintest.SingleUse("mine", itsItem)},
		make:    greeting},
	{name: "misspelt-column", rule: "columns", says: `plugin pages: misspelt.go:34: table page has no column "ownerID"; the nearest is "ownerId"`,
		make: func() betterauth.Plugin { return new(misspelt.Pages) }},
	{name: "lets-nobody-in", rule: "signs-in", says: "gate invited of plugin part: NO_ITEM",
		make: made(func(*part) betterauth.Manifest {
			return betterauth.Manifest{Errors: []*betterauth.ErrorCode{errNoItem}, Endpoints: []betterauth.Endpoint{betterauth.Handle(post("mine", betterauth.WithSession), greet)},
				Gates: []betterauth.SessionGate{{Name: "invited", Check: func(*betterauth.Ctx, *betterauth.Attempt) error { return errNoItem }}}}
		})},
	{name: "redirects-nowhere", rule: plugintest.OptionsUsed, says: `Except("open-redirect", "mine") was never used: the rule does not look at this operation`,
		options: []plugintest.Option{plugintest.Except("open-redirect", "mine", "it redirects nowhere")},
		make:    greeting},
	{name: "needless-exception", rule: plugintest.OptionsUsed, says: `Except("ownership", "mine") was never used: the rule does not look at this operation`,
		options: []plugintest.Option{plugintest.Except("ownership", "mine", "it has no id")},
		make:    greeting},
	{name: "single-use-that-is-excepted", rule: plugintest.OptionsUsed, says: `SingleUse("remove") was never used: the rule one-winner did not come to the operation`,
		options: []plugintest.Option{plugintest.SingleUse("remove", itsItem), plugintest.Except("one-winner", "remove", "it cannot")},
		make:    removing(betterauth.WithSession, func(owner string) []database.Cond { return []database.Cond{database.Eq("userId", owner)} })},
}
