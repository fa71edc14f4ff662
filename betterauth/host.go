package betterauth

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/panics"
)

// Host is what a plugin is given in Init: stores, services, time and randomness.
// It is safe for concurrent use and lives as long as the Auth.
type Host struct {
	auth   *Auth
	plugin string
}

// Site is what Check was told of the application.
func (h *Host) Site() Site { return h.auth.site }

// SessionConfig is the application's, with defaults filled in.
func (h *Host) SessionConfig() SessionConfig { return h.auth.cfg.Session }

// Columns describes the columns of a table, added ones included, in the order of
// the schema; none for an unknown table. For operations that let a client name
// columns: look them up here, leave Hidden ones out, read values with
// Column.Parse.
func (h *Host) Columns(table string) []database.Column {
	for _, t := range h.auth.schema.Tables() {
		if t.Name == table {
			return t.Columns
		}
	}
	return nil
}

// Logger logs with the plugin's id.
func (h *Host) Logger() *slog.Logger { return h.auth.log.With("plugin", h.plugin) }

// Now is the current time in UTC, in whole milliseconds.
func (h *Host) Now() time.Time { return h.auth.now() }

// Random is the source of tokens and keys.
func (h *Host) Random() io.Reader { return h.auth.cfg.Random }

// HTTPClient makes outgoing requests.
func (h *Host) HTTPClient() *http.Client { return h.auth.cfg.HTTPClient }

// RandomString makes a secret of n characters drawn evenly from alphabet, such
// as Alphanumeric.
func (h *Host) RandomString(n int, alphabet string) (string, error) {
	return database.RandomString(h.auth.cfg.Random, n, alphabet)
}

// Alphabets for RandomString.
const (
	// Alphanumeric is a-z, A-Z and 0-9.
	Alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	// URLSafe is Alphanumeric with "-" and "_".
	URLSafe = Alphanumeric + "-_"
	// LowerAlphanumeric is a-z and 0-9.
	LowerAlphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789"
)

// Sign returns the signature of value with the application's current secret:
// HMAC-SHA256 (RFC 2104) in base64 with padding, 44 characters. It is that of a
// signed cookie with this value: put before value what it is for, and never sign what
// a client chose.
func (h *Host) Sign(value string) string { return h.auth.ring.Sign(value) }

// Verify checks a signature made by Sign, in constant time. Older secrets count.
func (h *Host) Verify(value, signature string) bool { return h.auth.ring.Verify(value, signature) }

// Derive returns 32 bytes that depend on the application's secret and on label
// and value, and tell nothing about the secret: for ids that must be
// recomputed later. It changes when the current secret does.
func (h *Host) Derive(label, value string) []byte { return h.auth.derive(label, value) }

// Encrypt seals text with the application's current secret (XChaCha20-Poly1305).
func (h *Host) Encrypt(text string) (string, error) {
	return h.auth.ring.Encrypt(h.auth.cfg.Random, text)
}

// Decrypt opens what Encrypt sealed, with the secret it was sealed with.
func (h *Host) Decrypt(sealed string) (string, error) { return h.auth.ring.Decrypt(sealed) }

// Hasher is the password hasher, wrapped by every plugin that wraps it, and
// bounded in how many hashes run at once.
func (h *Host) Hasher() Hasher { return h.auth.hasher }

// Verifications keeps short-lived, single-use values.
func (h *Host) Verifications() *Verifications { return h.auth.verifications }

// Sessions lists and ends sessions.
func (h *Host) Sessions() *Sessions { return h.auth.sessions }

// UserStore is the store of users. Like the other stores it knows renamed tables and
// columns and is safe for concurrent use; StoreOf gives that of a plugin's own table.
func (h *Host) UserStore() *database.Store[User] { return h.auth.users }

// SessionStore is the store of sessions, for what Sessions does not do.
func (h *Host) SessionStore() *database.Store[Session] { return h.auth.sessions.store }

// AccountStore is the store of accounts: passwords and identities at providers.
func (h *Host) AccountStore() *database.Store[Account] { return h.auth.accounts }

// VerificationStore is the store of single-use values, for what Verifications does
// not do.
func (h *Host) VerificationStore() *database.Store[Verification] { return h.auth.verifications.store }

// Transaction runs f in a transaction that travels in its context: every store
// call with that context takes part. An error or a panic undoes everything; a
// call inside another joins it. A refusal that Commit marked commits, as does a
// step-up. In an operation use Ctx.Transaction, which covers cookies too.
func (h *Host) Transaction(ctx context.Context, f func(ctx context.Context) error) error {
	answer, err := h.auth.transaction(ctx, f)
	return cmp.Or(err, answer)
}

// Lock makes transactions that lock the same name take turns until they end:
// for what no unique index guards. ctx must carry a transaction. Take several
// names in one order everywhere.
func (h *Host) Lock(ctx context.Context, name string) error { return h.auth.db.Lock(ctx, name) }

// AfterCommit runs f once the transaction in ctx is durable, at once without one,
// and never if it is undone: the place for mail and all that cannot be undone. f's
// context carries no transaction and does not end with the request. It cannot fail
// the request: an error or a panic is logged with the plugin's id.
//
// For what follows from a row, whoever writes it, declare a Committed function in
// Manifest.RowHooks; for what others may want to hear, Emit an event.
func (h *Host) AfterCommit(ctx context.Context, f func(ctx context.Context) error) {
	h.auth.afterCommit(ctx, h.plugin, f)
}

// afterCommit is Host.AfterCommit for the plugin of this id, "" for the core.
func (a *Auth) afterCommit(ctx context.Context, plugin string, f func(ctx context.Context) error) {
	a.db.AfterCommit(ctx, func(ctx context.Context) {
		if err := safely(func() error { return f(ctx) }); err != nil {
			a.logAfterCommit(plugin, err)
		}
	})
}

// logAfterCommit logs what failed after the commit, whatever way it was asked for.
func (a *Auth) logAfterCommit(plugin string, err error) {
	a.log.Error("a function that runs after the commit failed", "plugin", cmp.Or(plugin, "core"), "error", err, panics.Stack(err))
}

// LogPanic is for goroutines that a plugin starts, where a panic would end the
// process: deferred by itself, it logs the panic and its stack under message.
//
//	go func() {
//		defer host.LogPanic("refreshing keys")
//		…
//	}()
func (h *Host) LogPanic(message string) {
	if p := recover(); p != nil {
		panics.Log(h.Logger(), message, p)
	}
}

// AdditionalValues checks the members of a request that set added columns of a
// table and returns them as a Set. create says that a row is about to be
// created, where required columns must be present. Columns a client may not set
// are refused with ErrFieldNotAllowed; members that are no column are ignored.
func (h *Host) AdditionalValues(table string, members Members, create bool) (database.Set, error) {
	return h.auth.additionalValues(table, members, create)
}

// Tables is a *Host or an *Auth.
type Tables interface{ tables() *database.Schema }

func (h *Host) tables() *database.Schema { return h.auth.schema }
func (a *Auth) tables() *database.Schema { return a.schema }

// StoreOf returns the typed store of a plugin's own table, and for an application,
// which has no Host, that of User, Session, Account or Verification. It knows renamed
// tables and columns and is safe for concurrent use. The error names a type that is no
// table.
func StoreOf[Row any](of Tables) (*database.Store[Row], error) {
	return database.StoreOf[Row](of.tables())
}
