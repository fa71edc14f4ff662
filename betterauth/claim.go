package betterauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
)

// Whoever signs up with an address claims it. The first sign-up makes the user;
// while nobody has proven to receive mail there, a later one with the same address
// is a claim of its own, kept aside, and a link or code proves the claim it was
// mailed for: what that sign-up chose counts from then on, and what the others set
// up ends. Each browser remembers by a signed cookie what it signed up as, so that
// it is told apart from one that only follows the link.

const (
	cookieSignUp = "sign_up"
	claimPrefix  = "sign-up-claim-"
	claimLife    = 7 * day
	claimBytes   = 32
)

// Claim is a sign-up with an address that an earlier sign-up has already made a user
// with, while nobody has proven the address.
type Claim struct {
	// Email is the address. Required.
	Email string `json:"email"`
	// Name and Image become the user's when this sign-up is proven.
	Name  string  `json:"name"`
	Image *string `json:"image,omitzero"`
	// Columns set added columns of the user, under the rules for what a client may set.
	// Other columns get their defaults.
	Columns Members `json:"columns,omitzero"`
	// PasswordHash is the hash of the chosen password, "" without one.
	PasswordHash string `json:"password,omitzero"`
}

// ErrClaimEnded says that a link or a code belongs to a sign-up that is no longer valid:
// its user was deleted or has another address.
var ErrClaimEnded = errors.New("betterauth: the sign-up has ended")

// ClaimAddress stores a sign-up whose address is taken, if nobody has proven the address
// yet. In the same transaction it calls mail with the user who has the address; mail
// sends the proof, see ClaimFor. If the address is proven or no user has it any more,
// claimed is false and nothing is stored. In either case the browser gets a cookie like
// that of SignedUp, so that the answer does not reveal which case it is.
func (c *Ctx) ClaimAddress(claim Claim, mail func(tx *Ctx, user *User) error) (claimed bool, err error) {
	// Of the form of a signature, which is what the claim of a first sign-up is.
	random := make([]byte, claimBytes)
	if _, err := io.ReadFull(c.auth.cfg.Random, random); err != nil {
		return false, err
	}
	id := base64.StdEncoding.EncodeToString(random)
	claim.Email = storedEmail(claim.Email)
	plain, err := json.Marshal(claim)
	if err != nil {
		return false, err
	}
	sealed, err := c.auth.ring.Encrypt(c.auth.cfg.Random, string(plain))
	if err != nil {
		return false, err
	}
	c.rememberSignUp(claim.Email, id)
	err = c.Transaction(func(tx *Ctx) error {
		user, err := tx.auth.users.GetLocked(tx, database.Eq("email", claim.Email))
		if errors.Is(err, database.ErrNotFound) || err == nil && user.EmailVerified {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.auth.verifications.Create(tx, claimIdentifier(claim.Email, id), sealed, claimLife); err != nil {
			return err
		}
		claimed = true
		emit(tx, tx.auth, AddressClaimed{user.ID})
		return undoing(mail(tx, user))
	})
	return claimed && err == nil, err
}

// SignedUp is for a sign-up that creates user and makes no session. The browser gets a
// cookie that says that it signed up as this user; only such a browser is signed in by
// the link that proves the address. Until somebody has signed in as the user, a later
// sign-up can replace this one; see ProveAddress. Call it in the transaction that creates
// the user.
func (c *Ctx) SignedUp(user *User) error {
	c.rememberSignUp(user.Email, c.auth.firstClaim(user.ID))
	_, err := c.auth.verifications.Create(c, unusedPrefix+user.ID, "", historyLife)
	return err
}

// rememberSignUp gives the browser the claim, and which address it is of: what a
// browser signed up with says nothing of others.
func (c *Ctx) rememberSignUp(email, id string) {
	c.claim = id
	c.SetCookie(Cookie{Key: cookieSignUp, Value: addressHash(email) + ":" + id, MaxAge: claimLife, Signed: true})
}

// rememberedSignUp is the claim that the browser made of the address of a user:
// one that stands, if it has several. made is false where it made none, and id is
// "" where none stands.
func (c *Ctx) rememberedSignUp(user *User) (id string, made bool, err error) {
	for _, value := range c.SignedCookieValues(cookieSignUp) {
		hash, id, _ := strings.Cut(value, ":")
		if hash != addressHash(user.Email) {
			continue
		}
		made = true
		live, err := c.auth.claimLives(c, user, id)
		if err != nil {
			return "", true, err
		}
		if live {
			return id, true, nil
		}
	}
	return "", made, nil
}

// ClaimFor returns the sign-up that a link or code belongs to, when this request mails
// one to prove the address of user: the sign-up that this request makes, else the one
// that the browser made, else "". Store it with the link or code, and pass it to
// ProveAddress. For a user without an id, who stands for nobody, it does the same work.
func (c *Ctx) ClaimFor(user *User) (string, error) {
	if c.claim != "" {
		return c.claim, nil
	}
	if id, err := c.StoredSession(); err == nil {
		if user.ID != "" && id.User.ID == user.ID {
			return c.auth.firstClaim(user.ID), nil
		}
	} else if !errors.Is(err, ErrNoSession) {
		return "", err
	}
	held, _, err := c.rememberedSignUp(user)
	return held, err
}

// FirstClaim returns the claim of the sign-up that created the user. It is for a request
// that has just proven to know what that sign-up chose, such as its password.
func (h *Host) FirstClaim(userID string) string { return h.auth.firstClaim(userID) }

// firstClaim is a signature: nothing is stored for a first sign-up, and older
// secrets still count.
func (a *Auth) firstClaim(userID string) string { return a.ring.Sign(firstClaimOf(userID)) }

func (a *Auth) isFirstClaim(userID, claim string) bool {
	return userID != "" && a.ring.Verify(firstClaimOf(userID), claim)
}

func firstClaimOf(userID string) string { return "sign-up claim:" + userID }

// addressHash stands for an address, which may be longer than an index likes.
func addressHash(email string) string {
	sum := sha256.Sum256([]byte(storedEmail(email)))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// claimIdentifier is where a claim is kept.
func claimIdentifier(email, id string) string { return claimPrefix + addressHash(email) + "-" + id }

// claimLives reports whether a claim is of the user who has an address, or of
// their address.
func (a *Auth) claimLives(ctx context.Context, user *User, id string) (bool, error) {
	_, err := a.verifications.Find(ctx, claimIdentifier(user.Email, id))
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, database.ErrNotFound):
		return a.isFirstClaim(user.ID, id), nil
	}
	return false, err
}

// claim reads a claim of an address; nil without one.
func (a *Auth) claim(ctx context.Context, email, id string) (*Claim, error) {
	row, err := a.verifications.Find(ctx, claimIdentifier(email, id))
	if errors.Is(err, database.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	plain, err := a.ring.Decrypt(row.Value)
	if err != nil {
		return nil, fmt.Errorf("a claim cannot be read: %w", err)
	}
	claim := &Claim{}
	if err := json.Unmarshal([]byte(plain), claim); err != nil {
		return nil, fmt.Errorf("a claim cannot be read: %w", err)
	}
	return claim, nil
}

// claimed reports whether anybody but the first signed up with a user's address.
func (a *Auth) claimed(ctx context.Context, user *User) (bool, error) {
	return a.verifications.store.Exists(ctx, claimsPending().Of(user), database.Gt("expiresAt", a.now()))
}

// claimsPending are the later claims of a user's address.
func claimsPending() Pending {
	return Pending{Name: "later sign-up", Ends: AddressChanged, Of: func(u *User) database.Cond {
		return database.StartsWith("identifier", claimIdentifier(u.Email, ""))
	}}
}
