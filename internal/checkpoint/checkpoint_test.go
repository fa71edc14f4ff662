package checkpoint_test

import (
	"context"
	"testing"

	"github.com/better-auth-go/better-auth/internal/checkpoint"
)

func TestReach(t *testing.T) {
	t.Parallel()
	checkpoint.Reach(t.Context(), checkpoint.Admitted) // nobody waits there
	var reached []checkpoint.Place
	ctx, cancel := context.WithCancel(checkpoint.With(t.Context(), func(p checkpoint.Place) { reached = append(reached, p) }))
	defer cancel()
	checkpoint.Reach(ctx, checkpoint.Admitted)
	checkpoint.Reach(ctx, checkpoint.Admitted+1)
	if len(reached) != 2 || reached[0] != checkpoint.Admitted || reached[1] != checkpoint.Admitted+1 {
		t.Errorf("reached %v", reached)
	}
}
