package betterauth

import (
	"time"

	"github.com/better-auth-go/better-auth/database"
)

// User is a person who can sign in. Plugins and the application add columns
// through a Field; they travel in Extra.
type User struct {
	Name          string         `json:"name"`
	Email         string         `json:"email" db:"email,unique"`
	EmailVerified bool           `json:"emailVerified" db:"emailVerified,readonly"`
	Image         *string        `json:"image"`
	CreatedAt     time.Time      `json:"createdAt" db:"createdAt,now"`
	UpdatedAt     time.Time      `json:"updatedAt" db:"updatedAt,now,touch"`
	ID            string         `json:"id"`
	Extra         database.Extra `json:"-"`
}

// Session is one signed-in device. Token is its secret: whoever has it can act as the
// user.
type Session struct {
	ExpiresAt time.Time      `json:"expiresAt"`
	Token     string         `json:"token" db:"token,unique"`
	CreatedAt time.Time      `json:"createdAt" db:"createdAt,now"`
	UpdatedAt time.Time      `json:"updatedAt" db:"updatedAt,touch"`
	IPAddress *string        `json:"ipAddress"`
	UserAgent *string        `json:"userAgent"`
	UserID    string         `json:"userId" db:"userId,index,references=user"`
	ID        string         `json:"id"`
	Extra     database.Extra `json:"-"`
}

// Account is one way a user proves who they are: a password (ProviderID
// "credential", AccountID the user's id) or an identity at a provider.
type Account struct {
	AccountID             string         `json:"accountId"`
	ProviderID            string         `json:"providerId"`
	UserID                string         `json:"userId" db:"userId,index,references=user"`
	AccessToken           *string        `json:"-" db:"accessToken,hidden"`
	RefreshToken          *string        `json:"-" db:"refreshToken,hidden"`
	IDToken               *string        `json:"-" db:"idToken,hidden"`
	AccessTokenExpiresAt  *time.Time     `json:"-" db:"accessTokenExpiresAt,hidden"`
	RefreshTokenExpiresAt *time.Time     `json:"-" db:"refreshTokenExpiresAt,hidden"`
	Scope                 *string        `json:"scope"`
	Password              *string        `json:"-" db:"password,hidden"`
	CreatedAt             time.Time      `json:"createdAt" db:"createdAt,now"`
	UpdatedAt             time.Time      `json:"updatedAt" db:"updatedAt,touch"`
	ID                    string         `json:"id"`
	Extra                 database.Extra `json:"-"`
}

// Verification is a short-lived, single-use value: a challenge, a token sent
// by mail, a code.
type Verification struct {
	Identifier string    `json:"identifier" db:"identifier,index"`
	Value      string    `json:"value"`
	ExpiresAt  time.Time `json:"expiresAt"`
	CreatedAt  time.Time `json:"createdAt" db:"createdAt,now"`
	UpdatedAt  time.Time `json:"updatedAt" db:"updatedAt,now,touch"`
	ID         string    `json:"id"`
}

// ProviderCredential is the ProviderID of an account with a password.
const ProviderCredential = "credential"

// Identity is a session and the user it belongs to.
type Identity struct {
	Session *Session `json:"session"`
	User    *User    `json:"user"`
	// Source is the name of the SessionSource that vouches for the user, "" for a session
	// that somebody signed in to. If it is set, Session exists for this request only and
	// is not stored.
	Source string `json:"-"`
}

// MarshalJSON writes the user in the order of the schema, added columns
// included and hidden ones left out.
func (u *User) MarshalJSON() ([]byte, error) { return database.AppendRow(nil, u) }

// MarshalJSON writes the session in the order of the schema, its token included.
func (s *Session) MarshalJSON() ([]byte, error) { return database.AppendRow(nil, s) }

// AddedColumns gives a Field access to the columns that were added to the user table.
func (u *User) AddedColumns() *database.Extra { return &u.Extra }

// AddedColumns gives a Field access to the columns that were added to the session table.
func (s *Session) AddedColumns() *database.Extra { return &s.Extra }

// AddedColumns gives a Field access to the columns that were added to the account table.
func (a *Account) AddedColumns() *database.Extra { return &a.Extra }

// coreTables are the tables every Auth has, in the order they are created.
func coreTables() []database.Table {
	return []database.Table{
		database.TableOf[User]("user"),
		database.TableOf[Session]("session"),
		database.TableOf[Account]("account"),
		database.TableOf[Verification]("verification"),
	}
}
