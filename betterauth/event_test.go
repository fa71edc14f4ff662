package betterauth_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

type happened struct{ ID string }

// emitter emits in a transaction, and undoes it if asked.
type emitter struct{ host *betterauth.Host }

func (e *emitter) Init(_ context.Context, h *betterauth.Host) error {
	e.host = h
	return nil
}

func (e *emitter) Manifest() betterauth.Manifest {
	type in struct {
		Fail bool `json:"fail" check:"optional"`
	}
	return betterauth.Manifest{ID: "emitter", Emits: []betterauth.EventType{betterauth.EventOf[happened]()}, Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "emit", Method: http.MethodPost, Path: "/emit", Access: betterauth.Public},
			func(c *betterauth.Ctx, in in) (betterauth.Success, error) {
				return betterauth.Success{Success: true}, c.Transaction(func(tx *betterauth.Ctx) error {
					betterauth.Emit(tx, e.host, happened{"1"})
					if in.Fail {
						return errTeapot
					}
					return nil
				})
			})}}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	var heard []string
	hear := func(id string) betterauth.Inline {
		return betterauth.Inline{ID: id, Events: []betterauth.Subscriber{
			betterauth.On(func(ctx context.Context, e happened) error {
				if c, ok := betterauth.CtxFrom(ctx); !ok || c.Operation().ID != "emit" {
					t.Error("the event does not know its request")
				}
				heard = append(heard, id+e.ID)
				return nil
			}),
			betterauth.On(func(context.Context, note) error { t.Error("an event of another type"); return nil }).IfPresent(),
		}}
	}
	broken := betterauth.Inline{ID: "broken", Events: []betterauth.Subscriber{betterauth.On(func(context.Context, happened) error { panic("audit log full") }),
		betterauth.On(func(context.Context, happened) error { return errors.New("audit log closed") })}}
	kit := plugintest.New(t, hear("a"), broken, &emitter{}, hear("b"))
	kit.Client().Post("/emit", map[string]any{"fail": true}).WantError(errTeapot)
	if len(heard) != 0 {
		t.Errorf("heard %v of what was undone", heard)
	}
	kit.Client().Post("/emit", map[string]any{}).Want(http.StatusOK)
	if got := strings.Join(heard, " "); got != "a1 b1" {
		t.Errorf("heard %q", got)
	}
	wantLogged(t, kit, "audit log full", "broken")
	wantLogged(t, kit, "audit log closed", "broken")
}
