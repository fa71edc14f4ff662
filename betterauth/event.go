package betterauth

import (
	"context"
	"reflect"

	"github.com/better-auth-go/better-auth/internal/panics"
)

// EventType names a Go type that a plugin emits as an event. Make one with
// EventOf.
type EventType struct{ event reflect.Type }

// EventOf returns the type E as an event, for Manifest.Emits.
func EventOf[E any]() EventType { return EventType{reflect.TypeFor[E]()} }

// Subscriber is called for events of one type. Make one with On.
type Subscriber struct {
	event    reflect.Type
	optional bool
	run      func(ctx context.Context, event any) error
}

// IfPresent returns the subscriber for an event that may have no emitter. Without it, a
// subscriber to an event that no plugin emits is an error of Build.
func (s Subscriber) IfPresent() Subscriber { s.optional = true; return s }

// On calls f for every event of type E, such as for audit logs and alerts. f runs before
// the answer is sent, after the transaction has committed. It cannot fail the request: an
// error or a panic is logged with the subscriber's plugin. Start slow work in the
// background.
func On[E any](f func(ctx context.Context, event E) error) Subscriber {
	if f == nil {
		return Subscriber{event: reflect.TypeFor[E]()}
	}
	return Subscriber{event: reflect.TypeFor[E](), run: func(ctx context.Context, event any) error { return f(ctx, event.(E)) }}
}

// Emit calls all subscribers of E, in plugin order, once the transaction in ctx has
// committed; at once without a transaction, and never if it is rolled back. Declare E in
// Manifest.Emits. Put ids and facts into an event, never a secret.
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

// EmitInBackground calls all subscribers of E, in plugin order, for an event that the
// time of the answer must not reveal, such as that an address is taken. find makes the
// event, since making it may take a revealing time as well; its error is logged.
//
// find and the subscribers run in the background with a context of their own, which ends
// after 30 seconds and belongs to no request. At most 64 run at once; further ones are
// logged and dropped. Auth.Close waits for them. Without a subscriber nothing runs. Call
// it outside of any transaction.
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
				problems = append(problems, problem(p.manifest.ID, "event subscriber", "no plugin emits %s; add the plugin that does, or call IfPresent on the subscriber", s.event))
			default:
				a.subscribers[s.event] = append(a.subscribers[s.event], compiledSubscriber{s, p.manifest.ID})
			}
		}
	}
	return problems
}
