package mailqueue_test

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/better-auth-go/better-auth/internal/mailqueue"
)

// A closed queue sends what waits and leaves no worker behind: synctest fails the
// test where a goroutine of it stays. Closing it twice is no harm.
func TestCloseEndsTheWorkers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := mailqueue.New(time.Minute, slog.New(slog.NewTextHandler(io.Discard, nil)), func(string) {})
		var sent atomic.Int32
		for range 10 {
			if err := q.Add(mailqueue.Mail{Kind: "test", Send: func(context.Context) error { sent.Add(1); return nil }}); err != nil {
				t.Error(err)
			}
		}
		for range 2 {
			if err := q.Close(t.Context()); err != nil || sent.Load() != 10 {
				t.Errorf("closed with %v, %d sent", err, sent.Load())
			}
		}
	})
}
