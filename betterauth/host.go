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

// Host is passed to a plugin's Init: stores, services, the clock and randomness. It is
// safe for concurrent use and valid as long as the Auth.
type Host struct {
	auth   *Auth
	plugin string
}

// Site returns what Check was told about the application.
func (h *Host) Site() Site { return h.auth.site }

// SessionConfig is the application's SessionConfig with defaults filled in.
func (h *Host) SessionConfig() SessionConfig { return h.auth.cfg.Session }

// Columns describes the columns of a table, added ones included, in the order of the
// schema; none for an unknown table. It is for operations in which a client names
// columns: look the names up here, leave Hidden columns out, and read values with
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

// RandomString makes a secret of n characters, each drawn evenly from alphabet, such as
// Alphanumeric.
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

// Sign returns the signature of value with the application's current secret: HMAC-SHA256
// (RFC 2104) in base64 with padding, 44 characters. A signed cookie with this value has
// the same signature. So start value with its purpose, and never sign a value that a
// client chose.
func (h *Host) Sign(value string) string { return h.auth.ring.Sign(value) }

// Verify checks, in constant time, a signature made by Sign with the current or an older
// secret.
func (h *Host) Verify(value, signature string) bool { return h.auth.ring.Verify(value, signature) }

// Derive returns 32 bytes computed from the application's secret, label and value, which
// reveal nothing about the secret. It is for ids that must be computed again later. The
// bytes change when the current secret does.
func (h *Host) Derive(label, value string) []byte { return h.auth.derive(label, value) }

// Encrypt encrypts text with the application's current secret (XChaCha20-Poly1305).
func (h *Host) Encrypt(text string) (string, error) {
	return h.auth.ring.Encrypt(h.auth.cfg.Random, text)
}

// Decrypt decrypts what Encrypt returned, with the secret that encrypted it.
func (h *Host) Decrypt(sealed string) (string, error) { return h.auth.ring.Decrypt(sealed) }

// EncryptFor is Encrypt with a key for one purpose: DecryptFor opens the result with the
// same purpose only. purpose names what the value is, such as "my-plugin-invitation". Use
// it for what leaves the database, such as a cookie, so that a value encrypted for
// something else cannot stand in for it.
func (h *Host) EncryptFor(purpose, text string) (string, error) {
	return h.auth.ring.EncryptFor(h.auth.cfg.Random, purpose, text)
}

// DecryptFor decrypts what EncryptFor returned for the same purpose, with the secret that
// encrypted it.
func (h *Host) DecryptFor(purpose, sealed string) (string, error) {
	return h.auth.ring.DecryptFor(purpose, sealed)
}

// Hasher is the password hasher with all wrappers of plugins. It limits how many hashes
// run at once; see PasswordConfig.
func (h *Host) Hasher() Hasher { return h.auth.hasher }

// Verifications stores short-lived, single-use values.
func (h *Host) Verifications() *Verifications { return h.auth.verifications }

// Sessions lists and ends sessions.
func (h *Host) Sessions() *Sessions { return h.auth.sessions }

// UserStore is the store of users. Like the other stores it knows renamed tables and
// columns and is safe for concurrent use. StoreOf returns the store of a plugin's own
// table.
func (h *Host) UserStore() *database.Store[User] { return h.auth.users }

// SessionStore is the store of sessions, for what Sessions does not do.
func (h *Host) SessionStore() *database.Store[Session] { return h.auth.sessions.store }

// AccountStore is the store of accounts: passwords and identities at providers.
func (h *Host) AccountStore() *database.Store[Account] { return h.auth.accounts }

// VerificationStore is the store of single-use values, for what Verifications does
// not do.
func (h *Host) VerificationStore() *database.Store[Verification] { return h.auth.verifications.store }

// Transaction runs f in a transaction; every store call with f's context takes part. An
// error or a panic rolls everything back. Inside another transaction it takes part in
// that one. A refusal that Commit marked commits, and so does a step-up. In an operation
// use Ctx.Transaction, which covers cookies too.
func (h *Host) Transaction(ctx context.Context, f func(ctx context.Context) error) error {
	answer, err := h.auth.transaction(ctx, f)
	return cmp.Or(err, answer)
}

// Lock takes a lock by name until the transaction ends, so that transactions that lock
// the same name take turns. It is for what no unique index guards. ctx must carry a
// transaction. Take several names in the same order everywhere.
func (h *Host) Lock(ctx context.Context, name string) error { return h.auth.db.Lock(ctx, name) }

// AfterCommit calls f once the transaction in ctx has committed; at once without a
// transaction, and never if it is rolled back. It is for mail and everything else that
// cannot be undone. f's context carries no transaction and does not end with the request.
// f cannot fail the request: an error or a panic is logged with the plugin's id.
//
// For an effect of every write of a row, whoever writes it, declare a Committed function
// in Manifest.RowHooks. For other plugins that may want to know, Emit an event.
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

// LogPanic is for goroutines that a plugin starts, where a panic would end the process.
// Deferred, it recovers the panic and logs it with its stack under message.
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

// AdditionalValues checks the members of a request that set added columns of a table and
// returns them as a Set. create says that a row is about to be created; required columns
// must then be present. A column that a client may not set is refused with
// ErrFieldNotAllowed; members that are no column are ignored.
func (h *Host) AdditionalValues(table string, members Members, create bool) (database.Set, error) {
	return h.auth.additionalValues(table, members, create)
}

// Tables is what StoreOf accepts: a *Host or an *Auth.
type Tables interface{ tables() *database.Schema }

func (h *Host) tables() *database.Schema { return h.auth.schema }
func (a *Auth) tables() *database.Schema { return a.schema }

// StoreOf returns the typed store of a plugin's own table. For an application, which has
// no Host, it also returns that of User, Session, Account or Verification. The store
// knows renamed tables and columns and is safe for concurrent use. If no table has rows
// of this type, the error names the type.
func StoreOf[Row any](of Tables) (*database.Store[Row], error) {
	return database.StoreOf[Row](of.tables())
}
