package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json"
)

// testControls are the paths beside the Auth that a test steers the server
// with. Two underscores keep them apart from any base path.
func (s *site) testControls() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /__health":            s.health,
		"POST /__test/reset-state": s.resetState,
	}
}

type succeeded struct {
	OK bool `json:"ok"`
}

func (s *site) health(w http.ResponseWriter, r *http.Request) {
	if err := s.db.Ping(r.Context()); err != nil {
		fail(w, err)
		return
	}
	answer(w, succeeded{true})
}

// resetState empties every table.
func (s *site) resetState(w http.ResponseWriter, r *http.Request) {
	err := s.db.Transaction(r.Context(), func(ctx context.Context) error {
		var errs []error
		for _, table := range s.tables() {
			_, err := s.db.Conn(ctx).ExecContext(ctx, `delete from "`+table+`"`)
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	})
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, succeeded{true})
}

// tables are all tables, those that refer to others first.
func (s *site) tables() []string {
	names := []string{"user", "session", "account", "verification"}
	for _, manifest := range s.auth.Manifests() {
		for _, table := range manifest.Schema.Tables {
			name := table.Name
			if table.ModelName != "" {
				name = table.ModelName
			}
			names = append(names, name)
		}
	}
	slices.Reverse(names)
	return names
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.MarshalWrite(w, value); err != nil {
		slog.Debug("the client went away", "error", err)
	}
}

func fail(w http.ResponseWriter, err error) {
	slog.Error("a test control failed", "error", err)
	http.Error(w, err.Error(), http.StatusInternalServerError)
}
