package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// keepPrivate takes the database, what SQLite keeps beside it and the secret away
// from others on this machine, where an earlier version or somebody's umask left
// them readable. Files that are created now are private anyway.
func keepPrivate(database string, out io.Writer) error {
	if runtime.GOOS == "windows" {
		return nil // its files have no such mode
	}
	for _, suffix := range []string{"", "-wal", "-shm", ".secret"} {
		file := database + suffix
		info, err := os.Stat(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			if err := os.Chmod(file, mode&0o700); err != nil {
				return err
			}
			fmt.Fprintf(out, "Other users could open %s (%o); now only you can.\n", file, mode)
		}
	}
	return nil
}
