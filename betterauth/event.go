package betterauth

import (
	"context"
	"reflect"

	"github.com/better-auth-go/better-auth/internal/panics"
)

// EventType names a Go type that a plugin emits as an event. Make one with
// EventOf.
type EventType struct{ event reflect.Type }

// EventOf is the type E as an event, for Manifest.Emits.
func EventOf[E any]() EventType { return EventType{reflect.TypeFor[E]()} }

// Subscriber hears events of one type. Make one with On.
type Subscriber struct {
	event    reflect.Type
	optional bool
	run      func(ctx context.Context, event any) error
}

// IfPresent returns the subscriber for an event that may have no emitter.
// Without it, subscribing to what no plugin emits is a Build error.
func (s Subscriber) IfPresent() Subscriber { s.optional = true; return s }

// On calls f for every event of type E: the place for audit logs and alerts. It
// runs before the answer is sent, once what happened is durable. It cannot fail the
// request: an error or a panic is logged with the subscriber's plugin. Slow work
// belongs into the background.
func On[E any](f func(ctx context.Context, event E) error) Subscriber {
	if f == nil {
		return Subscriber{event: reflect.TypeFor[E]()}
	}
	return Subscriber{event: reflect.TypeFor[E](), run: func(ctx context.Context, event any) error { return f(ctx, event.(E)) }}
}

// Emit tells all subscribers of E, in plugin order, once the transaction in ctx
// is durable, at once without one, and never if it is undone. Declare E in
// Manifest.Emits. An event holds ids and facts, never a secret.
func Emit[E any](ctx context.Context, h *Host, event E) { emit(ctx, h.auth, event) }

func emit[E any](ctx context.Context, a *Auth, event E) {
	subscribers := a.subscribers[reflect.TypeFor[E]()]
	if len(subscribers) == 0 {
		return
	}
	a.afterCommit(ctx, "", func(ctx context.Context) error {
		for _, s := range subscribers {
			s.tell(ctx, a, event)
		}
		return nil
	})
}

// EmitInBackground tells all subscribers of E, in plugin order, of something that
// the answer must not tell by the time it takes, such as whose address is taken. find
// makes the event, which may be work that tells something as well; an error of it is
// logged. Both run in the background with a context of their own, which ends after 30
// seconds and knows no request; at most 64 run at once, and what comes on top is
// logged and left out. Auth.Close waits for them. Without a subscriber nothing runs.
// Call it outside of any transaction.
func EmitInBackground[E any](h *Host, find func(ctx context.Context) (E, error)) {
	subscribers := h.auth.subscribers[reflect.TypeFor[E]()]
	if len(subscribers) == 0 {
		return
	}
	leftOut := func(err error) {
		h.Logger().Warn("an event was left out", "event", reflect.TypeFor[E]().String(), "error", err, panics.Stack(err))
	}
	err := h.auth.background.run(func(ctx context.Context) error {
		event, err := find(ctx)
		if err != nil {
			return err
		}
		for _, s := range subscribers {
			s.tell(ctx, h.auth, event)
		}
		return nil
	}, leftOut)
	if err != nil {
		leftOut(err)
	}
}

// heard reports whether somebody subscribes to E.
func heard[E any](a *Auth) bool { return len(a.subscribers[reflect.TypeFor[E]()]) > 0 }

type compiledSubscriber struct {
	Subscriber
	plugin string
}

func (s compiledSubscriber) tell(ctx context.Context, a *Auth, event any) {
	err := safely(func() error { return s.run(ctx, event) })
	if err != nil {
		a.log.Error("a subscriber failed", "plugin", s.plugin, "event", s.event.String(), "error", err, panics.Stack(err))
	}
}

// subscribe resolves who hears what.
func (a *Auth) subscribe() (problems []error) {
	emitted := map[reflect.Type]bool{}
	for _, e := range coreEvents() {
		emitted[e.event] = true
	}
	for _, p := range a.plugins {
		for _, e := range p.manifest.Emits {
			emitted[e.event] = true
		}
	}
	a.subscribers = map[reflect.Type][]compiledSubscriber{}
	for _, p := range a.plugins {
		for _, s := range p.manifest.Events {
			switch {
			case s.run == nil || s.event == nil:
				problems = append(problems, problem(p.manifest.ID, "event subscriber", "is empty; make it with betterauth.On"))
			case !emitted[s.event] && !s.optional:
				problems = append(problems, problem(p.manifest.ID, "event subscriber", "no plugin emits %s; say IfPresent if it may be absent", s.event))
			default:
				a.subscribers[s.event] = append(a.subscribers[s.event], compiledSubscriber{s, p.manifest.ID})
			}
		}
	}
	return problems
}
