package ginauth_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/better-auth-go/better-auth/adapters/adaptertest"
	ginauth "github.com/better-auth-go/better-auth/adapters/gin"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/gin-gonic/gin"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode) // else every route is printed
	os.Exit(m.Run())
}

func binding(mount func(testing.TB, *gin.Engine, *betterauth.Auth)) adaptertest.Binding {
	return func(t testing.TB, app adaptertest.App) http.Handler {
		r := gin.New()
		for _, auth := range app.Auths {
			mount(t, r, auth)
		}
		for _, route := range app.Routes {
			var handlers []gin.HandlerFunc
			for _, guard := range route.Guards {
				if guard.Requirements != nil {
					handlers = append(handlers, ginauth.Require(guard.Auth, guard.Requirements...))
				} else if guard.Required {
					handlers = append(handlers, ginauth.RequireSession(guard.Auth))
				} else {
					handlers = append(handlers, ginauth.OptionalSession(guard.Auth))
				}
			}
			r.GET(route.Path, append(handlers, func(c *gin.Context) {
				who, _ := ginauth.SessionFrom(c)
				route.Handle(c.Writer, c.Request, who)
			})...)
		}
		for path, document := range app.Documents {
			r.Any(path, gin.WrapH(document))
		}
		return r
	}
}

func TestEngine(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, binding(func(t testing.TB, r *gin.Engine, auth *betterauth.Auth) {
		if err := ginauth.Mount(r, auth); err != nil {
			t.Fatal(err)
		}
	}))
}

func TestGroup(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, binding(func(t testing.TB, r *gin.Engine, auth *betterauth.Auth) {
		if err := ginauth.Mount(r.Group(auth.BasePath(), gin.Recovery()), auth); err != nil {
			t.Fatal(err)
		}
	}))
}

// Gin can be told to route by the path as it was sent.
func TestRawPath(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, binding(func(t testing.TB, r *gin.Engine, auth *betterauth.Auth) {
		r.UseRawPath = true
		if err := ginauth.Mount(r, auth); err != nil {
			t.Fatal(err)
		}
	}))
}

func newAuth(t *testing.T) *betterauth.Auth {
	t.Helper()
	auth, err := betterauth.New(betterauth.Config{Secret: "a secret of more than 32 characters", Schema: betterauth.SchemaMigrate}).
		Database(databasetest.SQLiteMemory(t)).Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return auth
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestGroups(t *testing.T) {
	t.Parallel()
	auth := newAuth(t)
	for path, leads := range map[string]bool{
		"/": true, "/api": true, "/api/": true, "/api/auth": true, "/api/auth/": true,
		"/ap": false, "/auth": false, "/api/auth/v1": false, "/api/au": false,
	} {
		r := gin.New()
		err := ginauth.Mount(r.Group(path), auth)
		if (err == nil) != leads {
			t.Errorf("group %q: %v", path, err)
		}
		if w := get(r, "/api/auth/ok"); (w.Code == 200) != leads {
			t.Errorf("group %q: GET /api/auth/ok: %d", path, w.Code)
		}
	}
}

// Nothing after the guard runs once it has answered.
func TestRefusalAborts(t *testing.T) {
	t.Parallel()
	r := gin.New()
	r.GET("/me", ginauth.RequireSession(newAuth(t)), func(*gin.Context) { t.Error("the handler ran") })
	if w := get(r, "/me"); w.Code != http.StatusUnauthorized {
		t.Errorf("status %d", w.Code)
	}
}
