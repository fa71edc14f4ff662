package betterauth

import (
	"slices"
	"sync"
	"sync/atomic"
)

// turns are the proofs that this process looks at, by account. They spare work
// and never let through: what counts is in the database.
type turns struct {
	mu    sync.Mutex
	byKey map[string]*turn
}

// turn is what proofs of one account share while there are any.
type turn struct {
	key    string
	joined int // who looks or waits
	busy   int // who looks
	// failures counts how often the count in the database has grown.
	failures atomic.Int64
	// waiting are who found no room, in the order they came. A channel is closed
	// when its turn to look again has come.
	waiting []chan struct{}
}

func (t *turns) join(key string) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byKey == nil {
		t.byKey = map[string]*turn{}
	}
	if t.byKey[key] == nil {
		t.byKey[key] = &turn{key: key}
	}
	t.byKey[key].joined++
	return t.byKey[key]
}

// enter takes a place if there is room, which was read after so many failures.
// Without a place next is closed when there may be one; it is nil where somebody
// failed since, so that there may be less room.
func (t *turns) enter(turn *turn, failures int64, room int) (entered bool, next <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if turn.failures.Load() != failures {
		return false, nil
	}
	if turn.busy < room {
		turn.busy++
		turn.wake() // there may be room for more
		return true, nil
	}
	place := make(chan struct{})
	turn.waiting = append(turn.waiting, place)
	return false, place
}

// leave is for who has not entered: whoever waits looks again. place is where
// they waited themselves, nil for nowhere.
func (t *turns) leave(turn *turn, place <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	turn.waiting = slices.DeleteFunc(turn.waiting, func(other chan struct{}) bool { return other == place })
	turn.wake()
	t.drop(turn)
}

// end is for who has entered.
func (t *turns) end(turn *turn, failed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	turn.busy--
	if failed {
		turn.failures.Add(1)
	}
	turn.wake()
	t.drop(turn)
}

func (t *turns) drop(turn *turn) {
	if turn.joined--; turn.joined == 0 {
		delete(t.byKey, turn.key)
	}
}

// wake lets the first who waits look again.
func (t *turn) wake() {
	if len(t.waiting) == 0 {
		return
	}
	close(t.waiting[0])
	t.waiting = slices.Delete(t.waiting, 0, 1)
}
