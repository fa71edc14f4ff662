package sqlite

import "database/sql/driver"

// Kept counts the statements that a connection keeps.
func Kept(conn any) int { return len(conn.(*keeper).kept) }

// MaxKept is how many a connection keeps.
const MaxKept = maxKept

// Driver is the driver's own connection.
func Driver(conn any) driver.Conn { return conn.(*keeper).Unwrap() }
