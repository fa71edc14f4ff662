package admin

import (
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The columns of this plugin. Clients may not set them; operations do.
var (
	// Role holds the names of a user's roles, separated by commas. Without one
	// the user has Config.DefaultRole.
	Role = betterauth.NewField[string]("user", database.Column{Name: "role", ReadOnly: true})
	// Banned says that the user is banned, until BanExpires if that is set.
	Banned     = betterauth.NewField[bool]("user", database.Column{Name: "banned", Default: false, ReadOnly: true})
	BanReason  = betterauth.NewField[string]("user", database.Column{Name: "banReason", ReadOnly: true})
	BanExpires = betterauth.NewField[time.Time]("user", database.Column{Name: "banExpires", ReadOnly: true})
	// ImpersonatedBy is the id of the administrator who acts as the user in this session;
	// NULL for the user's own session. Check it in operations that nobody may do on a
	// user's behalf.
	ImpersonatedBy = betterauth.NewField[string]("session", database.Column{Name: "impersonatedBy", ReadOnly: true})
)
