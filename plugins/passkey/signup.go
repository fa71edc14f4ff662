package passkey

import (
	"cmp"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Registration says who may register a passkey. The zero value allows users with a fresh
// session, and nobody else.
type Registration struct {
	// AllowWithoutSession lets visitors without a session register a passkey for the user
	// that ResolveUser returns: to sign up with nothing but a passkey, or to get back
	// into an account. A visitor with a session still needs a fresh one and adds the
	// passkey to their own account. Default false.
	AllowWithoutSession bool
	// ResolveUser returns the user for whom a visitor without a session registers a
	// passkey. context is what the page sent, "" for nothing: a name, the token of an
	// invitation. Anybody can send any context, so the answer must be the same whether or
	// not there is such a user.
	//
	// An ErrorCode answers the visitor; any other error is a 500. It is called once, when
	// options are made; its answer is stored with the challenge. Without it visitors get
	// ErrResolveUserRequired. Default nil.
	ResolveUser func(c *betterauth.Ctx, context string) (ResolvedUser, error)
	// AfterVerification is called for each verified passkey before anything is stored, in
	// the transaction that stores it. An error or a panic rolls everything back. Write
	// with c: a statement outside of its transaction would wait for it. Default nil.
	AfterVerification func(c *betterauth.Ctx, r VerifiedRegistration) (Override, error)
}

// ResolvedUser is the user for whom a visitor registers a passkey: a new or an existing
// one.
type ResolvedUser struct {
	// New is the user to create together with the passkey; nil for an existing user.
	New *NewUser
	// ID is the user's id, if New is nil. An id that no user has is for applications
	// whose AfterVerification creates the user.
	ID string
	// Verified says that this request has proven to come from the owner of the account,
	// such as by a single-use token that was mailed to them. Without it the passkey is
	// refused with ErrSessionRequired, unless AfterVerification gives it to another user:
	// a new passkey is a way in, so whoever can claim the account would own it. The
	// options are answered all the same, whether or not there is such a user, and name
	// none of their passkeys.
	Verified bool
	// Name is the name of the account that the authenticator shows, to tell several
	// apart: an e-mail address, a user name. Required, unless New has an address or name.
	Name string
	// DisplayName is the person's name. Default New's name, else Name.
	DisplayName string
}

// NewUser is a user to be created.
type NewUser struct {
	// Name is the user's name. Required.
	Name string `json:"name"`
	// Email is the user's address. If it is empty, the user gets an address at which
	// nobody receives mail; see HasPlaceholderEmail.
	Email string `json:"email"`
	// EmailVerified says that the visitor has proven to receive mail at the address. If
	// the address is taken, the options already say so. Without this proof only the
	// passkey is refused, so that asking for options does not reveal who has an account.
	EmailVerified bool `json:"emailVerified,omitzero"`
	// Image is the URL of a picture.
	Image *string `json:"image,omitzero"`
	// Columns are values for added columns of the user, under the rules for what a client
	// may set.
	Columns betterauth.Members `json:"columns,omitzero"`
}

// ContextConditional, as the context of generatePasskeyRegistrationOptions, means
// mediation=conditional, which the official client cannot send otherwise:
// addPasskey({useAutoRegister: true, context: "mediation:conditional"})
const ContextConditional = "mediation:conditional"

const (
	// maxContext bounds what a page may send along, in bytes.
	maxContext = 4096
	// placeholderDomain is reserved for addresses that do not exist (RFC 2606).
	placeholderDomain = "passkey.placeholder.invalid"
)

// HasPlaceholderEmail reports whether the user signed up without an e-mail address. The
// table requires one, so such a user has a random address in a domain that cannot exist,
// which is never verified: do not show it, and do not send mail to it.
func HasPlaceholderEmail(u *betterauth.User) bool {
	return strings.HasSuffix(u.Email, "@"+placeholderDomain)
}

// accountName is what authenticators show of a user: their address, or the name
// of one who has none.
func accountName(u *betterauth.User) string {
	if HasPlaceholderEmail(u) {
		return u.Name
	}
	return u.Email
}

func (p *Passkeys) registrationAccess() betterauth.Access {
	if p.cfg.Registration.AllowWithoutSession {
		return betterauth.Public
	}
	return betterauth.WithFreshSession
}

// registrationSignIn says that a visitor who registers is signed in.
func (p *Passkeys) registrationSignIn() betterauth.SignInPart {
	if p.cfg.Registration.AllowWithoutSession {
		return betterauth.MakesSession
	}
	return 0
}

// registrationErrors are what else may be wrong where visitors are admitted.
func (p *Passkeys) registrationErrors() []*betterauth.ErrorCode {
	if p.cfg.Registration.AllowWithoutSession {
		return []*betterauth.ErrorCode{ErrSessionRequired, ErrResolveUserRequired, ErrResolvedUserInvalid, ErrUserExists}
	}
	return nil
}

// registrationLimit is that of signing up, where this is signing up.
func (p *Passkeys) registrationLimit() *betterauth.Rule {
	if p.cfg.Registration.AllowWithoutSession {
		return &betterauth.Rule{Window: 10 * time.Second, Max: 3}
	}
	return nil
}

// registrant is who registers a passkey by their session; nil is a visitor, where
// those are admitted. A session must be fresh even there: it decides whose
// account gets another way in.
func (p *Passkeys) registrant(c *betterauth.Ctx) (*betterauth.Identity, error) {
	id, err := c.StoredSession()
	switch {
	case isNoSession(err) && p.cfg.Registration.AllowWithoutSession:
		return nil, nil
	case isNoSession(err):
		return nil, ErrSessionRequired
	case err != nil:
		return nil, err
	case !c.Fresh(id.Session):
		return nil, betterauth.ErrSessionNotFresh
	}
	return id, nil
}

// beginRegistration decides whom a passkey is made for, and how. id is whose
// session it is, nil for a visitor.
func (p *Passkeys) beginRegistration(c *betterauth.Ctx, id *betterauth.Identity, in RegisterOptionsInput) (begun challenge, err error) {
	begun = challenge{Type: registration, Context: jsontext.Value("null")}
	context := ""
	if in.Context != nil {
		if context = *in.Context; len(context) > maxContext || !utf8.ValidString(context) {
			return challenge{}, betterauth.ErrValidation.Messagef("[query.context] Invalid input: expected at most %d bytes of UTF-8", maxContext)
		}
		if begun.Context, err = json.Marshal(context); err != nil {
			return challenge{}, err
		}
	}
	if in.Mediation != nil || context == ContextConditional {
		if id == nil {
			return challenge{}, ErrSessionRequired
		}
		begun.Mediation = conditional
	}
	if id != nil {
		name := accountName(id.User)
		begun.User = challengeUser{ID: id.User.ID, Name: name, DisplayName: name}
		return begun, nil
	}
	return begun, p.resolve(c, context, &begun)
}

// resolve asks the application who the visitor is and keeps its answer.
func (p *Passkeys) resolve(c *betterauth.Ctx, context string, begun *challenge) error {
	if p.cfg.Registration.ResolveUser == nil {
		return ErrResolveUserRequired
	}
	resolved, err := p.cfg.Registration.ResolveUser(c, context)
	if err != nil {
		return err
	}
	if resolved.New != nil {
		if resolved.ID != "" {
			return ErrResolvedUserInvalid.Because(errors.New("ResolveUser named a user and a new one; set one of ID and New"))
		}
		if err := p.complete(c, &resolved); err != nil {
			return err
		}
	}
	if resolved.Name == "" || resolved.New == nil && resolved.ID == "" {
		return ErrResolvedUserInvalid.Because(errors.New("ResolveUser named nobody; set Name, and one of ID and New"))
	}
	if resolved.DisplayName == "" {
		resolved.DisplayName = resolved.Name
	}
	for _, name := range []string{resolved.Name, resolved.DisplayName} {
		if !utf8.ValidString(name) {
			return ErrResolvedUserInvalid.Because(errors.New("ResolveUser returned a name that is not UTF-8; convert it"))
		}
		if err := checkName("name", name); err != nil {
			return err
		}
	}
	// Whether there is such a user is not looked up: the answer would tell anybody
	// who claims to be them. The passkey itself is refused; see owner.
	begun.User = challengeUser{ID: resolved.ID, Name: resolved.Name, DisplayName: resolved.DisplayName}
	begun.New, begun.Verified = resolved.New, resolved.Verified
	return nil
}

// complete checks a new user before an authenticator makes a passkey for them,
// and fills in what is left out. Their id is chosen now, so that the user handle
// can be derived from it.
func (p *Passkeys) complete(c *betterauth.Ctx, resolved *ResolvedUser) (err error) {
	user := *resolved.New
	resolved.New = &user
	if user.Name == "" || !utf8.ValidString(user.Name) {
		return ErrResolvedUserInvalid.Because(errors.New("ResolveUser returned a new user without a name, or with one that is not UTF-8; set New.Name to UTF-8"))
	}
	if err := checkName("name", user.Name); err != nil {
		return err
	}
	if _, err := p.host.AdditionalValues("user", user.Columns, true); err != nil {
		return err
	}
	email, ok := betterauth.NormalizeEmail(user.Email)
	user.Email = email
	shown := user.Email
	if user.Email == "" {
		local, err := p.host.RandomString(32, betterauth.LowerAlphanumeric)
		if err != nil {
			return err
		}
		user.Email, user.EmailVerified = local+"@"+placeholderDomain, false
		shown = user.Name
	} else if !ok || strings.HasSuffix(user.Email, "@"+placeholderDomain) {
		return ErrResolvedUserInvalid.Because(errors.New("ResolveUser returned a new user with an address that no mail reaches; set New.Email to a user's address, or leave it empty"))
	}
	if user.EmailVerified {
		// Whoever receives mail there may know, and is spared a useless passkey. To
		// others it is told by createUser alone.
		taken, err := p.users.Exists(c, database.Eq("email", user.Email))
		if err != nil {
			return err
		}
		if taken {
			return cmp.Or(c.SignUpRefused(user.Email), error(ErrUserExists))
		}
	}
	if resolved.Name == "" {
		resolved.Name = shown
	}
	if resolved.DisplayName == "" {
		resolved.DisplayName = user.Name
	}
	resolved.ID, err = p.users.NewID()
	return err
}
