//go:build unix

package main

import (
	"syscall"
	"time"
)

// processor is how long this process has had a processor, the garbage collector
// included: on a busy machine it says more than a clock.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return time.Since(began)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
