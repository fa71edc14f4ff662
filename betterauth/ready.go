package betterauth

import (
	"context"
	"errors"
)

// NotReadyError says which of Ready's checks failed. Its text, and the cause that
// Unwrap returns, are for the log: they may name hosts, tables and columns.
type NotReadyError struct {
	// Check is "database", "schema" or "mail".
	Check string
	// Err is the cause.
	Err error
}

// Error names the check and the cause.
func (e *NotReadyError) Error() string {
	return "betterauth: not ready: " + e.Check + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *NotReadyError) Unwrap() error { return e.Err }

// Ready reports whether requests can be served now: the database answers, it has the
// tables and columns that Build required, and mail can be queued. nil means yes. The
// error joins a *NotReadyError for each check that failed; if the database does not
// answer, checks that need it are skipped.
//
// It runs until ctx ends at the latest, so give ctx a deadline. It costs a few
// statements, so call it every few seconds, not for each request. The route /ok says only
// that the process answers. The application decides what a client is told: where anybody
// may ask, no more than a status. Ready is safe for concurrent use; checks take turns.
// After Close it returns an error if there is a Mailer.
func (a *Auth) Ready(ctx context.Context) error {
	select {
	case a.checking <- struct{}{}:
	case <-ctx.Done():
		return &NotReadyError{Check: "database", Err: ctx.Err()}
	}
	done := make(chan error, 1)
	go func() {
		// A driver may not look at its context while it connects. There is one check
		// at a time, so that a database that hangs gathers none.
		defer func() { <-a.checking }()
		done <- safely(func() error { return a.ready(ctx) })
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return &NotReadyError{Check: "database", Err: ctx.Err()}
	}
}

func (a *Auth) ready(ctx context.Context) error {
	if err := a.db.Ping(ctx); err != nil {
		return errors.Join(&NotReadyError{Check: "database", Err: err}, a.readyMail())
	}
	return errors.Join(a.readySchema(ctx), a.readyMail())
}

func (a *Auth) readySchema(ctx context.Context) error {
	plan, err := a.Migrations(ctx)
	if err == nil && !plan.Fits() {
		err = &SchemaError{plan}
	}
	if err != nil {
		return &NotReadyError{Check: "schema", Err: err}
	}
	return nil
}

// readyMail fails where the next mail would be dropped.
func (a *Auth) readyMail() error {
	if a.mail == nil {
		return nil
	}
	if err := a.mail.Accepts(); err != nil {
		return &NotReadyError{Check: "mail", Err: err}
	}
	return nil
}
