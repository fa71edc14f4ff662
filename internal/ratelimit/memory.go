package ratelimit

import (
	"container/list"
	"context"
	"crypto/sha256"
	"sync"
	"time"
)

const (
	defaultCapacity = 100_000
	// maxKey bounds what one entry takes: keys hold request paths, which a
	// client chooses.
	maxKey = 128
	// expiredPerCall is more than a call can add, so that forgotten keys leave
	// faster than new ones arrive, at a constant price.
	expiredPerCall = 2
)

// Memory is a [Store] in the memory of one process, of bounded size. It is
// safe for concurrent use.
type Memory struct {
	mu       sync.Mutex
	capacity int
	entries  map[string]*list.Element
	recent   *list.List // of *record, the longest without an allowed request in front
}

type record struct {
	key    string
	state  State
	window time.Duration
}

var _ Store = (*Memory)(nil)

// NewMemory makes a store of at most capacity keys, 100000 for zero or less.
// Over that the key whose last allowed request is the oldest is forgotten.
func NewMemory(capacity int) *Memory {
	if capacity <= 0 {
		capacity = defaultCapacity
	}
	return &Memory{capacity: capacity, entries: make(map[string]*list.Element), recent: list.New()}
}

// Consume implements [Store]. It never fails and does not wait, so the context
// plays no part.
func (m *Memory) Consume(_ context.Context, key string, rule Rule, now time.Time) (bool, time.Duration, error) {
	if len(key) > maxKey {
		sum := sha256.Sum256([]byte(key))
		key = string(sum[:])
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dropExpired(now)

	element, known := m.entries[key]
	var state State
	if known {
		state = element.Value.(*record).state
	}
	next, allowed, retryAfter := rule.Next(state, now)
	if !allowed {
		return false, retryAfter, nil
	}
	if known {
		r := element.Value.(*record)
		r.state, r.window = next, rule.Window
		m.recent.MoveToBack(element)
		return true, 0, nil
	}
	m.entries[key] = m.recent.PushBack(&record{key: key, state: next, window: rule.Window})
	if m.recent.Len() > m.capacity {
		m.drop(m.recent.Front())
	}
	return true, 0, nil
}

// Len returns how many keys the store remembers.
func (m *Memory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.recent.Len()
}

func (m *Memory) dropExpired(now time.Time) {
	for range expiredPerCall {
		front := m.recent.Front()
		if front == nil {
			return
		}
		if r := front.Value.(*record); now.Sub(r.state.Last) < r.window {
			return
		}
		m.drop(front)
	}
}

func (m *Memory) drop(element *list.Element) {
	delete(m.entries, element.Value.(*record).key)
	m.recent.Remove(element)
}
