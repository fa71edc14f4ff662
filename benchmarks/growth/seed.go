package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/database"
)

// population says how many rows the tables have. Each user has ten sessions and ten
// passkeys at every step, so that an operation on one user's rows has the same work.
type population struct{ sessions int64 }

const rowsPerUser = 10

func (p population) passkeys() int64 { return p.sessions }
func (p population) users() int64    { return p.sessions / rowsPerUser }

// verifications are outstanding at any time, such as links that were mailed.
func (p population) verifications() int64 { return p.sessions / rowsPerUser }

// chunk is how many rows one statement inserts.
const chunk = 1_000_000

// table is how the rows of one table are made: columns and their expressions of i, the
// number of the row.
type table struct {
	name    string
	rows    int64
	columns [][2]string
}

// bulk inserts rows within an engine, which is many times as fast as one by one. The
// tables are those that a migration made; the indexes that can be dropped are made anew
// from their own definitions once the rows are there.
type bulk struct {
	conn   *sql.Conn
	engine database.Engine
	// numbers is a query of the numbers i from %d to below %d.
	numbers string
}

func (b bulk) exec(ctx context.Context, text string) error {
	if _, err := b.conn.ExecContext(ctx, text); err != nil {
		return fmt.Errorf("%.80s: %w", text, err)
	}
	return nil
}

func (b bulk) fill(ctx context.Context, p population, publicKey string) error {
	for _, t := range b.tables(p, publicKey) {
		var columns, values []string
		for _, c := range t.columns {
			columns, values = append(columns, `"`+c[0]+`"`), append(values, c[1])
		}
		for from := int64(0); from < t.rows; from += chunk {
			numbers := fmt.Sprintf(b.numbers, from, min(from+chunk, t.rows))
			if err := b.exec(ctx, `insert into "`+t.name+`" (`+strings.Join(columns, ", ")+") select "+strings.Join(values, ", ")+
				" from ("+numbers+") as numbers order by i"); err != nil {
				return err
			}
		}
	}
	return nil
}

// tables are the rows. Those of one user are spread over the whole table, as they come
// to be when people sign in again and again.
func (b bulk) tables(p population, publicKey string) []table {
	n, users := p.sessions, p.users()
	named := func(kind, i string, of int64) string { return nameSQL(b.engine, kind, i, of) }
	owner := named(userID, fmt.Sprintf("(i %% %d)", users), users)
	now := time.Now().UTC()
	at := func(t time.Time) string { return "'" + t.Format("2006-01-02T15:04:05.000Z") + "'" }
	created, expires := at(now), at(now.Add(7*24*time.Hour))
	if b.engine == database.Postgres {
		created, expires = "timestamptz "+created, "timestamptz "+expires
	}
	yes := "true"
	if b.engine == database.SQLite {
		yes = "1"
	}
	return []table{
		{"user", users, [][2]string{
			{"id", named(userID, "i", users)}, {"name", "'Person ' || i"}, {"email", emailSQL(b.engine, "i")}, {"emailVerified", yes},
			{"createdAt", b.before(now, users)}, {"updatedAt", created},
		}},
		{"account", users, [][2]string{
			{"id", named(accountID, "i", users)}, {"accountId", owner}, {"providerId", "'credential'"}, {"userId", owner},
			{"password", "'" + cheapHash + "'"}, {"createdAt", created}, {"updatedAt", created},
		}},
		{"session", n, [][2]string{
			{"id", named(sessionID, "i", n)}, {"token", named(sessionToken, "i", n)}, {"userId", owner}, {"expiresAt", expires},
			{"createdAt", created}, {"updatedAt", created}, {"ipAddress", "'198.51.100.7'"},
			{"userAgent", "'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'"},
		}},
		{"passkey", p.passkeys(), [][2]string{
			{"id", named(passkeyID, "i", n)}, {"name", "'phone'"}, {"publicKey", "'" + publicKey + "'"}, {"userId", owner},
			{"credentialID", named(credentialID, "i", n)}, {"counter", "0"}, {"deviceType", "'multiDevice'"}, {"backedUp", yes},
			{"transports", "'internal,hybrid'"}, {"createdAt", created}, {"aaguid", "'00000000-0000-0000-0000-000000000000'"},
		}},
		{"verification", p.verifications(), [][2]string{
			{"id", named(verification, "i", p.verifications())}, {"identifier", "'reset-password:' || " + named(verification, "i", p.verifications())},
			{"value", owner}, {"expiresAt", expires}, {"createdAt", created}, {"updatedAt", created},
		}},
	}
}

// before dates the rows a second apart, the last one now: users sign up one by one.
func (b bulk) before(now time.Time, rows int64) string {
	first := now.Unix() - rows
	if b.engine == database.SQLite {
		return fmt.Sprintf("strftime('%%Y-%%m-%%dT%%H:%%M:%%S.000Z', %d + i, 'unixepoch')", first)
	}
	return fmt.Sprintf("to_timestamp(%d + i)", first)
}
