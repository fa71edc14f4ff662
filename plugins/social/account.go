package social

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/database"
)

// arrival is a user as a provider proved them.
type arrival struct {
	provider    *Provider
	profile     *Profile
	tokens      Tokens
	claims      *oauth.Claims // of the verified ID token, nil without one
	scopes      []string
	callbackURL string
	mayCreate   bool
	override    bool
	// changesUser is set once a sign-in found that it changes or refuses the user.
	changesUser bool
}

// entered is the result of a sign-in.
type entered struct {
	user    *betterauth.User
	session *betterauth.Session
}

// errChangesUser and errAccountGone end a sign-in that is then begun again.
var (
	errChangesUser = errors.New("the user is changed, or is not signed in")
	errAccountGone = errors.New("the account was unlinked meanwhile")
)

// enter signs in whom a provider proved: the user who has the account, else, if that is
// allowed, the user with its address, else a new one. All happens in one transaction.
func (s *Social) enter(c *betterauth.Ctx, a *arrival) (in entered, created bool, err error) {
	a.changesUser = a.override
	for range 4 {
		in, created, err = s.enterOnce(c, a)
		switch {
		case errors.Is(err, errChangesUser):
			a.changesUser = true
		case errors.Is(err, errAccountGone), errors.Is(err, database.ErrUnique): // as by a sign-up with the address at the same moment
		default:
			return in, created, err
		}
	}
	return in, created, err
}

func (s *Social) enterOnce(c *betterauth.Ctx, a *arrival) (in entered, created bool, err error) {
	err = c.Transaction(func(tx *betterauth.Ctx) error {
		if err := s.hold(tx, a); err != nil {
			return err
		}
		account, err := s.accountOf(tx, a)
		switch {
		case err != nil:
			return err
		case account == nil:
			in.user, created, err = s.arriving(tx, a)
		case a.changesUser:
			in.user, err = s.returning(tx, a, account)
		default:
			in, err = s.signInKnown(tx, a, account)
			return err
		}
		if err != nil {
			return err
		}
		if s.refuses(a, in.user) {
			return s.demandVerified(tx, a, in.user, created)
		}
		in.session, err = s.makeSession(tx, a, in.user, created, nil)
		return err
	})
	return in, created, err
}

// signInKnown signs in the user of an account who stays as they are, as most do: their row
// is read once, by SignIn. What is to be done about any other waits for its own turn,
// since a sign-in that fails undoes the transaction.
func (s *Social) signInKnown(tx *betterauth.Ctx, a *arrival, account *betterauth.Account) (in entered, err error) {
	in.session, err = s.makeSession(tx, a, &betterauth.User{ID: account.UserID}, false, func(tx *betterauth.Ctx, user *betterauth.User) error {
		if in.user = user; proves(a, user) || s.refuses(a, user) {
			return errChangesUser
		}
		return s.renewTokens(tx, a, account)
	})
	if in.user == nil && errors.Is(err, database.ErrNotFound) {
		err = s.userGone()
	}
	return in, err
}

// makeSession makes the session of whom a provider proved.
func (s *Social) makeSession(tx *betterauth.Ctx, a *arrival, user *betterauth.User, created bool, confirm func(*betterauth.Ctx, *betterauth.User) error) (*betterauth.Session, error) {
	session, err := tx.SignIn(user, betterauth.SignIn{Method: a.provider.ID, NewUser: created, Assurance: s.assurance(a), Confirm: confirm})
	if err != nil {
		return nil, s.bindStepUp(tx, a, err)
	}
	if err := s.bindSession(tx, a, session); err != nil || !s.cfg.AccountCookie {
		return session, err
	}
	account, err := s.accountOf(tx, a) // as it is stored now
	s.setAccountCookie(tx, account)
	return session, err
}

// refuses reports whether the user is to verify their address first.
func (s *Social) refuses(a *arrival, user *betterauth.User) bool {
	return a.provider.Client.RequireVerifiedEmail && !user.EmailVerified
}

func (s *Social) userGone() error {
	return fail(failLink, errors.New("the account's user does not exist"))
}

// hold lets everybody who arrives with this account take turns: no index says that it is
// stored once. It comes before the lock of any user, everywhere.
func (s *Social) hold(ctx context.Context, a *arrival) error {
	if err := s.host.Lock(ctx, "social "+a.provider.ID+" "+a.profile.Subject); err != nil {
		return err
	}
	return s.holdRemote(ctx, a)
}

// accountOf is the stored account, or nil. Rows of several users are nobody's; of several
// of one user it is the oldest. There are hardly ever two, so the engine need not sort.
func (s *Social) accountOf(ctx context.Context, a *arrival) (*betterauth.Account, error) {
	rows, err := s.accounts.List(ctx, database.Query{
		Where: []database.Cond{database.Eq("accountId", a.profile.Subject), database.Eq("providerId", a.provider.ID)}, Limit: 10,
	})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	if slices.ContainsFunc(rows, func(r *betterauth.Account) bool { return r.UserID != rows[0].UserID }) {
		return nil, fail(failLink, errors.New("several users have the account"))
	}
	return slices.MinFunc(rows, func(a, b *betterauth.Account) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	}), nil
}

// renewTokens stores what the provider gave. The user is held by now, and so is the
// account: somebody may have unlinked it since it was read.
func (s *Social) renewTokens(tx *betterauth.Ctx, a *arrival, account *betterauth.Account) error {
	tokens := a.tokens
	if s.cfg.KeepTokens {
		tokens = Tokens{}
	}
	there, err := s.storeTokens(tx, account, tokens, nil)
	if err == nil && !there {
		err = errAccountGone
	}
	return err
}

// returning is the user of an account that is known, changed as the provider has it.
func (s *Social) returning(tx *betterauth.Ctx, a *arrival, account *betterauth.Account) (*betterauth.User, error) {
	user, err := s.users.GetLocked(tx, database.Eq("id", account.UserID))
	if errors.Is(err, database.ErrNotFound) {
		return nil, s.userGone()
	}
	if err != nil {
		return nil, err
	}
	if err := s.renewTokens(tx, a, account); err != nil {
		return nil, err
	}
	if proves(a, user) {
		if user, err = s.prove(tx, a, user, account); err != nil {
			return nil, err
		}
	}
	if a.override {
		return s.override(tx, a, user)
	}
	return user, nil
}

// proves reports whether the provider verified the user's own address, which nobody had.
func proves(a *arrival, user *betterauth.User) bool {
	return a.profile.EmailVerified && !user.EmailVerified && isAddressOf(a.profile, user)
}

// isAddressOf reports whether a provider tells the user's own address. Some letters beyond
// ASCII fold into it, and a mailbox that is written with one is somebody else's.
func isAddressOf(profile *Profile, user *betterauth.User) bool {
	told, ok := betterauth.NormalizeEmail(profile.Email)
	stored, isStored := betterauth.NormalizeEmail(user.Email)
	return ok && isStored && told == stored
}

// prove marks the user's address verified. As that is the first proof of it, what the
// user had before ends, and so would this account: it is stored again.
func (s *Social) prove(tx *betterauth.Ctx, a *arrival, user *betterauth.User, account *betterauth.Account) (*betterauth.User, error) {
	proven, _, err := s.host.ProvenUser(tx, user.Email, nil)
	if err != nil {
		return nil, err
	}
	if account == nil {
		return proven, nil
	}
	if _, err := s.accounts.Delete(tx, database.Eq("id", account.ID)); err != nil {
		return nil, err
	}
	kept := *account
	if !s.cfg.KeepTokens {
		if err := s.seal(&kept, a.tokens); err != nil {
			return nil, err
		}
	}
	return proven, s.accounts.Create(tx, &kept)
}

// arriving is the user for an account that is new here.
func (s *Social) arriving(tx *betterauth.Ctx, a *arrival) (user *betterauth.User, created bool, err error) {
	email, ok := betterauth.NormalizeEmail(a.profile.Email)
	if !ok {
		return nil, false, fail(failNoEmail, errors.New("the provider tells no address; ask for its scope, or set Client.MapUser"))
	}
	user, err = s.users.GetLocked(tx, database.Eq("email", email))
	switch {
	case errors.Is(err, database.ErrNotFound):
		user, err = s.create(tx, a, email)
		return user, true, err
	case err != nil:
		return nil, false, err
	}
	if err := s.mayLinkImplicitly(tx, a, user, email); err != nil {
		return nil, false, err
	}
	if proves(a, user) {
		if user, err = s.prove(tx, a, user, nil); err != nil {
			return nil, false, err
		}
	}
	if _, err := s.add(tx, a, user.ID, true); err != nil {
		return nil, false, err
	}
	if s.cfg.Linking.UpdateUserInfo {
		user, err = s.copyProfile(tx, a, user, database.Set{})
	}
	return user, false, err
}

// mayLinkImplicitly decides whether an account becomes that of a user with its address.
// An address that nobody reads says nothing about who has it.
func (s *Social) mayLinkImplicitly(ctx context.Context, a *arrival, user *betterauth.User, email string) error {
	rules := s.cfg.Linking
	var reason string
	switch {
	case rules.Disabled || rules.DisableImplicit:
		reason = "linking by signing in is off"
	case strings.HasSuffix(email, ".invalid"):
		reason = "the address is a placeholder"
	case !a.profile.EmailVerified && !s.trusts(ctx, a.provider.ID):
		reason = "the provider has not verified the address and is not trusted"
	case !user.EmailVerified && !rules.AllowUnverifiedUsers:
		reason = "the user has not verified their own address"
	case !user.EmailVerified && !a.profile.EmailVerified:
		reason = "neither the user nor the provider has verified the address, so what the user had before would stay, whoever signed up"
	case !user.EmailVerified || rules.AllowNewSubjects:
		return nil // what a user without a proven address has ends, other accounts too
	default:
		has, err := s.accounts.Exists(ctx, database.Eq("userId", user.ID), database.Eq("providerId", a.provider.ID))
		if err != nil || !has {
			return err
		}
		reason = "the user has another account at this provider, so the address may have passed to somebody else"
	}
	return fail(failNotLinked, errors.New(reason))
}

func (s *Social) trusts(ctx context.Context, id string) bool {
	if slices.Contains(s.cfg.Linking.TrustedProviders, id) {
		return true
	}
	return s.cfg.Linking.TrustedProvidersFunc != nil && slices.Contains(s.cfg.Linking.TrustedProvidersFunc(ctx), id)
}

// create makes the user and their account.
func (s *Social) create(tx *betterauth.Ctx, a *arrival, email string) (*betterauth.User, error) {
	if !a.mayCreate {
		return nil, fail(failSignUpDisabled, errors.New("nobody may sign up with this provider, or the request has no requestSignUp"))
	}
	user := &betterauth.User{Name: a.profile.Name, Email: email, EmailVerified: a.profile.EmailVerified, Image: textOrNil(a.profile.Image)}
	if err := s.checkFields(a.profile.Fields); err != nil {
		return nil, err
	}
	for name, value := range a.profile.Fields {
		user.Extra.SetValue(name, value)
	}
	if err := s.users.Create(tx, user); err != nil {
		return nil, err
	}
	if _, err := s.add(tx, a, user.ID, false); err != nil {
		return nil, err
	}
	if s.mailer != nil && !user.EmailVerified {
		if err := s.mailer.MailOnSignUp(tx, user, a.callbackURL, a.provider.Client.RequireVerifiedEmail); err != nil {
			return nil, err
		}
	}
	return user, nil
}

// add stores a new account.
func (s *Social) add(ctx context.Context, a *arrival, userID string, implicit bool) (*betterauth.Account, error) {
	account := &betterauth.Account{AccountID: a.profile.Subject, ProviderID: a.provider.ID, UserID: userID}
	if len(a.scopes) > 0 {
		account.Scope = textOrNil(strings.Join(a.scopes, ","))
	}
	if err := s.seal(account, a.tokens); err != nil {
		return nil, err
	}
	if err := s.accounts.Create(ctx, account); err != nil {
		return nil, err
	}
	if implicit {
		betterauth.Emit(ctx, s.host, Linked{UserID: userID, ProviderID: account.ProviderID, AccountID: account.ID, Implicit: true})
	}
	return account, nil
}

// demandVerified refuses users whose address is not verified; what was stored stays, and
// they are mailed a link.
func (s *Social) demandVerified(tx *betterauth.Ctx, a *arrival, user *betterauth.User, created bool) error {
	if s.mailer != nil && !created {
		if err := s.mailer.MailOnSignIn(tx, user, a.callbackURL); err != nil {
			return err
		}
	}
	if created {
		if err := tx.SignedUp(user); err != nil {
			return err
		}
	}
	return betterauth.Commit(fail(failNotVerified, nil))
}

func textOrNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
