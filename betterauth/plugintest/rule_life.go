package plugintest

import (
	"context"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// oneLife looks at what opens an account by the plugin after each ending that
// nothing may outlive.
func oneLife(p *probe) {
	p.endsSignIns()
	p.endsWaysIn()
	p.endsCredentials()
	p.leavesNothing()
}

// endings are what ends everything, done to a user.
var endings = map[string]func(k *Kit, u *betterauth.User) error{
	"their address was proven for the first time": func(k *Kit, u *betterauth.User) error {
		_, err := k.Users().Update(k.t.Context(), database.Set{"emailVerified": false}, database.Eq("id", u.ID))
		if err == nil {
			_, _, err = k.Host.ProvenUser(k.t.Context(), u.Email, nil)
		}
		return err
	},
	"they were deleted": func(k *Kit, u *betterauth.User) error {
		_, err := k.Users().Delete(k.t.Context(), database.Eq("id", u.ID))
		return err
	},
}

// everybody are all users there are.
func (p *probe) everybody(k *Kit) []*betterauth.User {
	p.Helper()
	users, err := k.Users().List(p.Context(), database.Query{})
	if err != nil {
		p.Fatal(err)
	}
	return users
}

// endsSignIns prepares each sign-in of the plugin, lets something happen to
// everybody, and then tries it: nobody who was there before may be signed in.
func (p *probe) endsSignIns() {
	for what, end := range endings {
		k := p.kit()
		for _, op := range p.ownOperations(k) {
			if op.Access != betterauth.Public || op.SignIn != betterauth.MakesSession || p.excepted(op.Operation) {
				continue
			}
			c := k.Client()
			r := p.request(k, c, op)
			var old []string
			for _, u := range p.everybody(k) {
				old = append(old, u.ID)
				if err := end(k, u); err != nil {
					p.broken("%s, which fails: %v; let the plugin's Revoke and row hooks succeed where there is nothing to remove", what, err)
				}
			}
			a := c.send(op.Operation, firstMethod(op.Operation), r)
			if user := p.signedInUser(k, c); a.Status < 400 && slices.Contains(old, user) {
				p.broken("%s signs a user in by what was there before %s; declare it in Manifest.Credentials and remove it in Revoke, or in Manifest.Pending where it is kept in Host.Verifications", op.ID, what)
			}
		}
	}
}

// signedInUser is the id of whoever the client is signed in as, "" for nobody.
func (p *probe) signedInUser(k *Kit, c *Client) string {
	var id betterauth.Identity
	if a := c.Get("/get-session"); a.Status != 200 || string(a.Body) == "null" {
		return ""
	} else {
		a.Into(&id)
	}
	return id.User.ID
}

// endsWaysIn does the same with what a session source takes.
func (p *probe) endsWaysIn() {
	vouches := slices.ContainsFunc(p.newPlugin().Manifest().Sources, betterauth.SessionSource.Vouches)
	if vouches && len(p.waysIn) == 0 {
		p.broken("a session source vouches for users, and no rule can try it; say with WayIn how what it takes is made and presented")
	}
	for name, wayIn := range p.waysIn {
		p.use(given{kind: "WayIn", rule: name})
		for what, end := range endings {
			k := p.kit()
			owner := p.signIn(k, "alice@example.com")
			present := wayIn(k, owner)
			c := k.Client()
			present(c)
			if got := p.signedInUser(k, c); got != owner.User.ID {
				p.broken("%s is of %q, not of its owner; let WayIn present what it made for the client that it got", name, got)
				continue
			}
			if err := end(k, owner.User); err != nil {
				p.broken("%s, which fails: %v; let the plugin's Revoke and row hooks succeed where there is nothing to remove", what, err)
			}
			c = k.Client()
			present(c)
			if p.signedInUser(k, c) != "" {
				p.broken("%s still stands for its owner after %s; declare it in Manifest.Credentials", name, what)
			}
		}
	}
}

// endsCredentials calls every operation as one user and looks whether what the plugin
// declares it keeps of them ends with the first proof of the address, as all does.
func (p *probe) endsCredentials() {
	k := p.kit()
	alice := p.signIn(k, "alice@example.com")
	for _, op := range p.ownOperations(k) {
		if !p.excepted(op.Operation) {
			p.attempt(k, op, "alice@example.com")
		}
	}
	kinds := p.newPlugin().Manifest().Credentials
	before := make([]int, len(kinds))
	for i, kind := range kinds {
		before[i] = countOf(k, kind.Tables, alice.User.ID)
	}
	if err := k.Host.End(p.Context(), alice.User.ID, betterauth.AddressProven); err != nil {
		return // an operation deletes them
	}
	for i, kind := range kinds {
		// A part may stay that opens nothing by itself, such as a second step that
		// was verified.
		if before[i] > 0 && countOf(k, kind.Tables, alice.User.ID) == before[i] {
			p.broken("%s stay after the address was proven for the first time, all rows in %v; remove them in Revoke", kind.Name, kind.Tables)
		}
	}
}

// countOf is how many rows of some tables name a user.
func countOf(k *Kit, tables []string, userID string) (n int) {
	for table, rows := range rowsOf(k, []string{userID}) {
		if slices.Contains(tables, table) {
			n += len(rows)
		}
	}
	return n
}

// leavesNothing calls every operation as one user and looks what is left of them
// after they were deleted, and of what is pending after they were banned. Foreign
// keys are not enforced where that can be arranged, as in databases that have none.
func (p *probe) leavesNothing() {
	for _, deleted := range []bool{true, false} {
		k := p.kit()
		if k.DB.Engine() == database.SQLite {
			if _, err := k.DB.Bun().DB.ExecContext(p.Context(), "pragma foreign_keys = off"); err != nil {
				p.Fatal(err)
			}
		}
		alice := p.signIn(k, "alice@example.com")
		for _, op := range p.ownOperations(k) {
			if !p.excepted(op.Operation) {
				p.attempt(k, op, "alice@example.com")
			}
		}
		user, err := k.Users().Get(p.Context(), database.Eq("id", alice.User.ID))
		if err != nil {
			continue // an operation deletes them, or gives them another name
		}
		k.Mails()
		where := "verification"
		if deleted {
			where = ""
			_, err = k.Users().Delete(p.Context(), database.Eq("id", user.ID))
		} else {
			err = k.Host.End(p.Context(), user.ID, betterauth.UserBanned)
		}
		if err != nil {
			p.broken("the user's end fails: %v; let the plugin's Revoke and row hooks succeed where there is nothing to remove", err)
		}
		for table, rows := range k.Rows() {
			for _, row := range rows {
				if (where == "" || table == where) && (strings.Contains(row, user.ID) || strings.Contains(row, user.Email)) {
					p.broken("a user who was %s is still named in %s: %s; give the column references=user, or declare what is pending in Manifest.Pending", map[bool]string{true: "deleted", false: "banned"}[deleted], table, row)
				}
			}
		}
	}
}

// looksAgain ends the sessions of each request just after its own was read, as
// somebody else may: what the operation then writes must not be another way in.
func looksAgain(p *probe) {
	k := p.kit()
	for _, op := range p.ownOperations(k) {
		// What is public has proof of its own, not a session.
		if op.Access == betterauth.Public || p.excepted(op.Operation) {
			continue
		}
		c := p.signIn(k, "alice@example.com")
		r := p.request(k, c, op)
		before := p.access(k)
		c.Meanwhile(func() {
			for _, u := range p.everybody(k) {
				if _, err := k.Auth.Sessions().RevokeAll(context.WithoutCancel(p.Context()), u.ID); err != nil {
					p.Error(err)
				}
			}
			before = p.access(k)
		})
		a := c.send(op.Operation, firstMethod(op.Operation), r)
		for row := range p.access(k) {
			if !before[row] {
				p.broken("%s, whose session was revoked just after it was read, answers %d and wrote %s; write with Ctx.ChangeAccess", op.ID, a.Status, row)
			}
		}
	}
}

// access is how users get into their accounts, as it is stored: accounts and
// sessions, the tables of declared credentials (all of the plugin's where it does not
// say which), addresses, and what is pending that ends with all sessions.
func (p *probe) access(k *Kit) map[string]bool {
	p.Helper()
	out := map[string]bool{}
	tables := []string{"account", "session"}
	var kinds []betterauth.Pending
	for _, m := range k.Auth.Manifests() {
		for _, kind := range m.Credentials {
			tables = append(tables, kind.Tables...)
			if kind.Revoke != nil && len(kind.Tables) == 0 {
				tables = append(tables, tablesOf(m)...)
			}
		}
		for _, kind := range m.Pending {
			if kind.Ends&betterauth.SessionsRevoked != 0 {
				kinds = append(kinds, kind)
			}
		}
	}
	for table, rows := range k.Rows() {
		for _, row := range rows {
			if slices.Contains(tables, table) {
				out[table+" "+row] = true
			}
		}
	}
	for _, u := range p.everybody(k) {
		out["user "+u.ID+" with the address "+u.Email] = true
		for _, kind := range kinds {
			rows, err := StoreOf[betterauth.Verification](k).List(p.Context(), database.Query{Where: []database.Cond{kind.Of(u)}})
			if err != nil {
				p.Fatal(err)
			}
			for _, row := range rows {
				out[kind.Name+" "+row.ID+" "+row.Identifier] = true
			}
		}
	}
	return out
}

func tablesOf(m betterauth.Manifest) (names []string) {
	for _, table := range m.Schema.Tables {
		names = append(names, table.Name)
	}
	return names
}
