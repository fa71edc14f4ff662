package betterauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/secret"
)

const (
	aloneFirstPause = 5 * time.Millisecond
	aloneLongPause  = 100 * time.Millisecond
)

// Alone runs do while nobody else runs a function under the same name: no goroutine, and
// no process that shares the database. Unlike Lock it holds no transaction meanwhile, so
// do may call another server. It is for what must not happen twice at once and takes
// long, such as using up a token at its issuer. Look again inside do whether it is still
// needed, since somebody else may have just done it.
//
// limit is how long do may take: its context ends then, and a process that died lets
// others go on after it. Others wait for their turn until their context ends. The turn is
// a row in Host.Verifications, so clocks of processes may differ by less than limit. Call
// Alone outside of any transaction, which would hide the row. The errors are those of do,
// of the context and of the database.
func (h *Host) Alone(ctx context.Context, name string, limit time.Duration, do func(ctx context.Context) error) error {
	if limit <= 0 {
		return fmt.Errorf("betterauth: Alone %q needs a limit", h.plugin)
	}
	identifier := "alone-" + secret.HashURL(h.plugin+":"+name)
	turn, err := h.awaitTurn(ctx, identifier, limit)
	if err != nil {
		return err
	}
	// The turn ends even if the request has gone, or everybody would wait for limit.
	defer func() {
		if err := h.Verifications().Use(context.WithoutCancel(ctx), turn); err != nil && !errors.Is(err, database.ErrNotFound) {
			h.Logger().Warn("a turn could not be given back; others wait until it expires", "error", err)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return do(ctx)
}

func (h *Host) awaitTurn(ctx context.Context, identifier string, limit time.Duration) (*Verification, error) {
	for pause := aloneFirstPause; ; pause = min(2*pause, aloneLongPause) {
		turn, err := h.tryTurn(ctx, identifier, limit)
		if err != nil || turn != nil {
			return turn, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// tryTurn returns the turn, or nil if somebody else has it. What waits only reads.
func (h *Host) tryTurn(ctx context.Context, identifier string, limit time.Duration) (turn *Verification, err error) {
	switch _, err := h.Verifications().Find(ctx, identifier); {
	case err == nil:
		return nil, nil
	case !errors.Is(err, database.ErrNotFound):
		return nil, err
	}
	err = h.Transaction(ctx, func(ctx context.Context) error {
		if err := h.Lock(ctx, identifier); err != nil {
			return err
		}
		switch _, err := h.Verifications().Find(ctx, identifier); {
		case err == nil:
			return nil
		case !errors.Is(err, database.ErrNotFound):
			return err
		}
		turn, err = h.Verifications().Create(ctx, identifier, "", limit)
		return err
	})
	return turn, err
}
