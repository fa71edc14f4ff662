package database_test

import (
	"time"

	"github.com/better-auth-go/better-auth/database"
)

// The tables of the reference with every bundled feature switched on.

type user struct {
	Name          string    `json:"name"`
	Email         string    `json:"email" db:"email,unique"`
	EmailVerified bool      `json:"emailVerified"`
	Image         *string   `json:"image"`
	CreatedAt     time.Time `json:"createdAt" db:"createdAt,now"`
	UpdatedAt     time.Time `json:"updatedAt" db:"updatedAt,now,touch"`
	ID            string    `json:"id"`
	Extra         database.Extra
}

type session struct {
	ExpiresAt time.Time `json:"expiresAt"`
	Token     string    `json:"token" db:",unique"`
	CreatedAt time.Time `json:"createdAt" db:",now"`
	UpdatedAt time.Time `json:"updatedAt" db:",touch"`
	IPAddress *string   `json:"ipAddress"`
	UserAgent *string   `json:"userAgent"`
	UserID    string    `json:"userId" db:",references=user,index"`
	ID        string    `json:"id"`
	Extra     database.Extra
}

type account struct {
	AccountID             string     `db:"accountId"`
	ProviderID            string     `db:"providerId"`
	UserID                string     `db:"userId,references=user,index"`
	AccessToken           *string    `json:"-" db:"accessToken,hidden"`
	RefreshToken          *string    `json:"-" db:"refreshToken,hidden"`
	IDToken               *string    `json:"-" db:"idToken,hidden"`
	AccessTokenExpiresAt  *time.Time `json:"-" db:"accessTokenExpiresAt,hidden"`
	RefreshTokenExpiresAt *time.Time `json:"-" db:"refreshTokenExpiresAt,hidden"`
	Scope                 *string    `db:"scope"`
	Password              *string    `json:"-" db:"password,hidden"`
	CreatedAt             time.Time  `db:"createdAt,now"`
	UpdatedAt             time.Time  `db:"updatedAt,touch"`
	ID                    string     `db:"id"`
}

type verification struct {
	Identifier string    `db:"identifier,index"`
	Value      string    `db:"value"`
	ExpiresAt  time.Time `db:"expiresAt"`
	CreatedAt  time.Time `db:"createdAt,now"`
	UpdatedAt  time.Time `db:"updatedAt,now,touch"`
	ID         string    `db:"id"`
}

type twoFactor struct {
	Secret                  string     `json:"-" db:"secret,index,hidden"`
	BackupCodes             string     `json:"-" db:"backupCodes,hidden"`
	UserID                  string     `json:"-" db:"userId,references=user,index,hidden"`
	Verified                *bool      `db:"verified,readonly,default=true"`
	FailedVerificationCount *int64     `json:"-" db:"failedVerificationCount,hidden,default=0"`
	LockedUntil             *time.Time `json:"-" db:"lockedUntil,hidden"`
	ID                      string     `db:"id"`
}

type jwks struct {
	PublicKey  string     `db:"publicKey"`
	PrivateKey string     `db:"privateKey"`
	CreatedAt  time.Time  `db:"createdAt"`
	ExpiresAt  *time.Time `db:"expiresAt"`
	Alg        *string    `db:"alg"`
	Crv        *string    `db:"crv"`
	ID         string     `db:"id"`
}

type apikey struct {
	ConfigID            string     `db:"configId,index,default=default"`
	Name                *string    `db:"name"`
	Start               *string    `db:"start"`
	ReferenceID         string     `db:"referenceId,index"`
	Prefix              *string    `db:"prefix"`
	Key                 string     `db:"key,index"`
	RefillInterval      *int64     `db:"refillInterval"`
	RefillAmount        *int64     `db:"refillAmount"`
	LastRefillAt        *time.Time `db:"lastRefillAt"`
	Enabled             *bool      `db:"enabled"`
	RateLimitEnabled    *bool      `db:"rateLimitEnabled"`
	RateLimitTimeWindow *int64     `db:"rateLimitTimeWindow"`
	RateLimitMax        *int64     `db:"rateLimitMax"`
	RequestCount        *int64     `db:"requestCount"`
	Remaining           *int64     `db:"remaining"`
	LastRequest         *time.Time `db:"lastRequest"`
	ExpiresAt           *time.Time `db:"expiresAt"`
	CreatedAt           time.Time  `db:"createdAt"`
	UpdatedAt           time.Time  `db:"updatedAt"`
	Permissions         *string    `db:"permissions"`
	Metadata            *string    `db:"metadata"`
	ID                  string     `db:"id"`
}

type organization struct {
	Name      string    `db:"name"`
	Slug      string    `db:"slug,unique,index"`
	Logo      *string   `db:"logo"`
	CreatedAt time.Time `db:"createdAt"`
	Metadata  *string   `db:"metadata"`
	ID        string    `db:"id"`
}

type organizationRole struct {
	OrganizationID string     `db:"organizationId,references=organization,index"`
	Role           string     `db:"role,index"`
	Permission     string     `db:"permission"`
	CreatedAt      time.Time  `db:"createdAt,now"`
	UpdatedAt      *time.Time `db:"updatedAt"`
	ID             string     `db:"id"`
}

type team struct {
	Name           string     `db:"name"`
	MemberCount    int64      `json:"-" db:"memberCount,hidden"`
	OrganizationID string     `db:"organizationId,references=organization,index"`
	CreatedAt      time.Time  `db:"createdAt"`
	UpdatedAt      *time.Time `db:"updatedAt"`
	ID             string     `db:"id"`
}

type teamMember struct {
	TeamID        string     `db:"teamId,references=team,index"`
	UserID        string     `db:"userId,references=user,index"`
	MembershipKey *string    `json:"-" db:"membershipKey,unique,hidden"`
	CreatedAt     *time.Time `db:"createdAt"`
	ID            string     `db:"id"`
}

type member struct {
	OrganizationID string    `db:"organizationId,references=organization,index"`
	UserID         string    `db:"userId,references=user,index"`
	Role           string    `db:"role,default=member"`
	CreatedAt      time.Time `db:"createdAt"`
	ID             string    `db:"id"`
}

type invitation struct {
	OrganizationID string    `db:"organizationId,references=organization,index"`
	Email          string    `db:"email,index"`
	Role           *string   `db:"role"`
	TeamID         *string   `db:"teamId"`
	Status         string    `db:"status,default=pending"`
	ExpiresAt      time.Time `db:"expiresAt"`
	CreatedAt      time.Time `db:"createdAt,now"`
	InviterID      string    `db:"inviterId,references=user"`
	ID             string    `db:"id"`
}

type deviceCode struct {
	DeviceCode      string     `db:"deviceCode"`
	UserCode        string     `db:"userCode"`
	UserID          *string    `db:"userId"`
	ExpiresAt       time.Time  `db:"expiresAt"`
	Status          string     `db:"status"`
	LastPolledAt    *time.Time `db:"lastPolledAt"`
	PollingInterval *int64     `db:"pollingInterval"`
	ClientID        *string    `db:"clientId"`
	Scope           *string    `db:"scope"`
	ID              string     `db:"id"`
}

type walletAddress struct {
	UserID    string    `db:"userId,references=user,index"`
	Address   string    `db:"address"`
	ChainID   int64     `db:"chainId"`
	IsPrimary bool      `db:"isPrimary"`
	CreatedAt time.Time `db:"createdAt"`
	ID        string    `db:"id"`
}

type passkey struct {
	Name         *string    `db:"name"`
	PublicKey    string     `db:"publicKey"`
	UserID       string     `db:"userId,references=user,index"`
	CredentialID string     `db:"credentialID,index"`
	Counter      int64      `db:"counter"`
	DeviceType   string     `db:"deviceType"`
	BackedUp     bool       `db:"backedUp"`
	Transports   *string    `db:"transports"`
	CreatedAt    *time.Time `db:"createdAt"`
	AAGUID       *string    `db:"aaguid"`
	ID           string     `db:"id"`
}

type rateLimit struct {
	Key         string `db:"key,unique"`
	Count       int64  `db:"count"`
	LastRequest int64  `db:"lastRequest,bigint"`
	ID          string `db:"id"`
}

func allTables() []database.Table {
	device := []database.TableOption{
		database.WithIndex(database.Index{Columns: []string{"deviceCode"}, Unique: true}),
		database.WithIndex(database.Index{Columns: []string{"userCode"}, Unique: true}),
	}
	return []database.Table{
		database.TableOf[user]("user"),
		database.TableOf[session]("session"),
		database.TableOf[account]("account"),
		database.TableOf[verification]("verification"),
		database.TableOf[twoFactor]("twoFactor"),
		database.TableOf[jwks]("jwks"),
		database.TableOf[apikey]("apikey"),
		database.TableOf[organization]("organization"),
		database.TableOf[organizationRole]("organizationRole"),
		database.TableOf[team]("team"),
		database.TableOf[teamMember]("teamMember"),
		database.TableOf[member]("member"),
		database.TableOf[invitation]("invitation"),
		database.TableOf[deviceCode]("deviceCode", device...),
		database.TableOf[walletAddress]("walletAddress"),
		database.TableOf[passkey]("passkey"),
		database.TableOf[rateLimit]("rateLimit"),
	}
}

// addedColumns are what features add to user and session, in the order of the
// recorded schema.
func addedColumns() map[string][]database.Column {
	return map[string][]database.Column{
		"user": {
			{Name: "username", Type: database.String, Unique: true},
			{Name: "displayUsername", Type: database.String},
			{Name: "twoFactorEnabled", Type: database.Boolean, Default: false, ReadOnly: true},
			{Name: "isAnonymous", Type: database.Boolean, Default: false, ReadOnly: true},
			{Name: "role", Type: database.String, ReadOnly: true},
			{Name: "banned", Type: database.Boolean, Default: false, ReadOnly: true},
			{Name: "banReason", Type: database.String, ReadOnly: true},
			{Name: "banExpires", Type: database.Date, ReadOnly: true},
			{Name: "phoneNumber", Type: database.String, Unique: true},
			{Name: "phoneNumberVerified", Type: database.Boolean, ReadOnly: true},
		},
		"session": {
			{Name: "impersonatedBy", Type: database.String, ReadOnly: true},
			{Name: "activeOrganizationId", Type: database.String, ReadOnly: true},
			{Name: "activeTeamId", Type: database.String, ReadOnly: true},
		},
	}
}
