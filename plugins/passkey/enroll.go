package passkey

import (
	"cmp"
	"errors"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// VerifiedRegistration is a passkey that is verified and about to be stored.
type VerifiedRegistration struct {
	// UserID is the user who will own the passkey. For a user who is about to be created
	// it is their future id, "" if the database makes it.
	UserID string
	// Name and DisplayName are the names that the authenticator received.
	Name, DisplayName string
	// New is the user who is about to be created, nil for an existing user.
	New *NewUser
	// Passkey is the row without its owner.
	Passkey *Passkey
	// UserVerified says that the authenticator verified its user.
	UserVerified bool
	// Context is what the page sent with the request for options.
	Context string
	// Response is the RegistrationResponseJSON.
	Response jsontext.Value
}

// Override holds changes by AfterVerification. The zero value changes nothing.
type Override struct {
	// UserID gives the passkey to another user, such as one that AfterVerification has
	// just created; New is not created then. A visitor with a session can only register
	// for themself: otherwise the error is ErrNotYours.
	UserID string
	// Verified is ResolvedUser.Verified for UserID. Set it also for a user that
	// AfterVerification created.
	Verified bool
	// Name is the name of the passkey if the visitor gave none.
	Name string
}

// RegistrationAnswer is the answer of verifyPasskeyRegistration: the passkey's members,
// and with createSession also session and user.
type RegistrationAnswer struct {
	*Passkey
	Session *betterauth.Session
	User    *betterauth.User
}

// MarshalJSON implements json.Marshaler.
func (a *RegistrationAnswer) MarshalJSON() ([]byte, error) {
	out, err := database.AppendRow(nil, a.Passkey)
	if err != nil || a.Session == nil {
		return out, err
	}
	out = append(out[:len(out)-1], `,"session":`...)
	if out, err = database.AppendRow(out, a.Session); err != nil {
		return nil, err
	}
	out = append(out, `,"user":`...)
	if out, err = database.AppendRow(out, a.User); err != nil {
		return nil, err
	}
	return append(out, '}'), nil
}

// SignedUp says that a visitor signed up with nothing but a passkey.
type SignedUp struct{ UserID, PasskeyID string }

// enrolment is a verified passkey on its way into the table.
type enrolment struct {
	key      *Passkey
	verified bool // the authenticator verified its user
}

// enroll stores the passkey, with its user if they are new and the session if
// one is asked for: all of it or nothing.
func (p *Passkeys) enroll(c *betterauth.Ctx, id *betterauth.Identity, begun *challenge, in VerifyRegistrationInput, e enrolment) (*RegistrationAnswer, error) {
	createSession := in.CreateSession != nil && *in.CreateSession
	if createSession && begun.Mediation == conditional {
		// Nobody was present, so nobody proved anything.
		return nil, betterauth.ErrValidation.Messagef("[body.createSession] Invalid input: a passkey made without asking signs nobody in")
	}
	answer := &RegistrationAnswer{Passkey: e.key}
	var signsUp *NewUser
	run := c.Transaction
	if id != nil {
		// The session may have ended since it was read.
		run = func(f func(tx *betterauth.Ctx) error) error {
			return c.ChangeAccess(func(tx *betterauth.Ctx, _ *betterauth.User) error { return f(tx) })
		}
	}
	err := run(func(tx *betterauth.Ctx) error {
		target, err := p.override(tx, id, begun, in, e)
		if err != nil {
			return err
		}
		signsUp = target.New
		user, err := p.owner(tx, id, target)
		if err != nil {
			return err
		}
		e.key.UserID = user.ID
		if err := p.add(tx, e.key); err != nil {
			return err
		}
		betterauth.Emit(tx, p.host, Registered{UserID: user.ID, PasskeyID: e.key.ID})
		isNew := target.New != nil
		if isNew {
			betterauth.Emit(tx, p.host, SignedUp{UserID: user.ID, PasskeyID: e.key.ID})
		}
		if !createSession {
			return nil
		}
		if id != nil {
			// They are signed in, and a key they did not have proves nothing.
			session, err := tx.RotateSession(user)
			answer.Session, answer.User = session, user
			return err
		}
		how := betterauth.SignIn{Method: "passkey", NewUser: isNew}
		// Of an account that has other factors, a key it never had proves none.
		if isNew && e.verified {
			how.Assurance = betterauth.MultiFactor
		}
		session, err := tx.SignIn(user, how)
		if err != nil {
			return err
		}
		betterauth.Emit(tx, p.host, SignedIn{UserID: user.ID, PasskeyID: e.key.ID, SessionID: session.ID, UserVerified: e.verified})
		answer.Session, answer.User = session, user
		return nil
	})
	if errors.Is(err, ErrUserExists) && signsUp != nil {
		err = cmp.Or(c.SignUpRefused(signsUp.Email), err)
	}
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// override asks the application about the passkey and returns whom it is for.
func (p *Passkeys) override(tx *betterauth.Ctx, id *betterauth.Identity, begun *challenge, in VerifyRegistrationInput, e enrolment) (*challenge, error) {
	if p.cfg.Registration.AfterVerification == nil {
		return begun, nil
	}
	context := ""
	if begun.Context.Kind() == '"' {
		if err := json.Unmarshal(begun.Context, &context); err != nil {
			return nil, err
		}
	}
	override, err := p.cfg.Registration.AfterVerification(tx, VerifiedRegistration{
		UserID: begun.User.ID, Name: begun.User.Name, DisplayName: begun.User.DisplayName, New: begun.New,
		Passkey: e.key, UserVerified: e.verified, Context: context, Response: in.Response,
	})
	if err != nil {
		return nil, err
	}
	if name := strings.TrimSpace(override.Name); name != "" && e.key.Name == nil {
		if err := checkName("name", name); err != nil {
			return nil, err
		}
		e.key.Name = &name
	}
	if override.UserID == "" {
		return begun, nil
	}
	if id != nil && override.UserID != id.User.ID {
		return nil, ErrNotYours
	}
	other := *begun
	other.New, other.Verified = nil, override.Verified || begun.Verified && override.UserID == begun.User.ID
	other.User.ID = override.UserID
	return &other, nil
}

// owner returns the user a passkey is for, created if they are new, and holds
// their row. Without a session they must be vouched for. Whether they exist is
// looked at after that, and told to nobody else.
func (p *Passkeys) owner(tx *betterauth.Ctx, id *betterauth.Identity, target *challenge) (*betterauth.User, error) {
	if target.New != nil {
		return p.createUser(tx, target)
	}
	if target.User.ID == "" {
		return nil, ErrResolvedUserInvalid
	}
	if id == nil && !target.Verified {
		return nil, ErrSessionRequired
	}
	user, err := p.users.GetLocked(tx, database.Eq("id", target.User.ID))
	if errors.Is(err, database.ErrNotFound) {
		return nil, betterauth.ErrUserNotFound
	}
	if err != nil {
		return nil, err
	}
	return user, nil
}

func (p *Passkeys) createUser(tx *betterauth.Ctx, target *challenge) (*betterauth.User, error) {
	added, err := p.host.AdditionalValues("user", target.New.Columns, true)
	if err != nil {
		return nil, err
	}
	user := &betterauth.User{
		ID: target.User.ID, Name: target.New.Name, Email: target.New.Email, EmailVerified: target.New.EmailVerified, Image: target.New.Image,
	}
	for column, value := range added {
		user.Extra.SetValue(column, value)
	}
	err = p.users.Create(tx, user)
	if database.UniqueViolation(err, "user", "email") {
		return nil, ErrUserExists.Because(err)
	}
	return user, err
}
