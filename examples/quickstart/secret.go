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
	path := database + ".secret"
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = file.WriteString(rand.Text() + rand.Text()) // 52 characters, 260 bits
		err = errors.Join(err, file.Close())
		fmt.Fprintf(out, "BETTER_AUTH_SECRET is not set: the secret is generated and kept in %s.\n", path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	secret, err := os.ReadFile(path)
	if err == nil && len(secret) == 0 {
		err = fmt.Errorf("%s is empty; delete it to get a new secret", path)
	}
	return string(secret), err
}
