package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// secretFor returns BETTER_AUTH_SECRET, or else the secret kept beside the
// database. It is generated the first time, so that nobody has to set anything
// up and people stay signed in over a restart. A server for real use gets it
// from where the other secrets of its deployment come from.
func secretFor(database string, out io.Writer) (string, error) {
	if secret := os.Getenv("BETTER_AUTH_SECRET"); secret != "" {
		return secret, nil
	}
	file := database + ".secret"
	secret, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(out, "BETTER_AUTH_SECRET is not set: the program generated a secret and stored it in %s.\n", file)
		secret = []byte(rand.Text() + rand.Text()) // 52 characters, 260 bits
		err = os.WriteFile(file, secret, 0o600)
	}
	return string(secret), err
}
