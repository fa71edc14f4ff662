// Package genericoauth signs users in with any provider of OAuth 2.0 or OpenID Connect: by
// the issuer alone, which says where its endpoints and keys are, or by its endpoints. It
// adds them to plugins/social, which has the operations: sign in with
// {"provider": "<ID>"}.
//
// Start with [New] and [Provider]. Functions such as [Keycloak] and [Okta] fill in a
// Provider. resolve.go reads discovery documents, which package oauth checks and keeps.
package genericoauth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// ID is the plugin's id.
const ID = "generic-oauth"

// Config lists providers. The zero value has none.
type Config struct {
	// Providers are the providers. Each needs an ID of its own. Default none.
	Providers []Provider
}

// GenericOAuth is the plugin. Make one with New for each Auth.
type GenericOAuth struct {
	providers []Provider
	social    providers
}

// providers is the plugin that signs in with providers: social.
type providers interface {
	AddProviders(providers ...oauth.Provider) error
	Caller() *oauth.Caller
}

var (
	_ betterauth.Plugin      = (*GenericOAuth)(nil)
	_ betterauth.Initializer = (*GenericOAuth)(nil)
	_ betterauth.Checker     = (*GenericOAuth)(nil)
)

// New makes the plugin.
func New(cfg Config) *GenericOAuth {
	return &GenericOAuth{providers: append([]Provider(nil), cfg.Providers...)}
}

// Manifest implements betterauth.Plugin.
func (g *GenericOAuth) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: ID, Needs: []betterauth.Dependency{betterauth.Need(&g.social).Hint("add social.New")}}
}

// Check implements betterauth.Checker.
func (g *GenericOAuth) Check(betterauth.Site) error {
	var problems []error
	for i := range g.providers {
		p := &g.providers[i]
		for _, err := range p.problems() {
			problems = append(problems, fmt.Errorf("provider %s %w", p.ID, err))
		}
	}
	return errors.Join(problems...)
}

// Init implements betterauth.Initializer. It asks for all discovery documents at once. A
// provider that does not answer, or whose document is refused, is logged, and asked again
// when somebody wants to sign in with it.
func (g *GenericOAuth) Init(ctx context.Context, h *betterauth.Host) error {
	described := make([]oauth.Provider, len(g.providers))
	var asking sync.WaitGroup
	for i := range g.providers {
		p := &g.providers[i]
		described[i] = p.describe()
		if !p.discovers() {
			continue
		}
		described[i].Resolve = newResolver(p, described[i]).resolve
		asking.Go(func() {
			if _, err := described[i].Resolve(ctx, g.social.Caller()); err != nil {
				h.Logger().Warn("the discovery document of a provider cannot be used; it is asked for again when somebody signs in with the provider",
					slog.String("provider", p.ID), slog.String("document", p.document()), slog.Any("error", err))
			}
		})
	}
	asking.Wait()
	return g.social.AddProviders(described...)
}
