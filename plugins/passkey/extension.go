package passkey

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/go-webauthn/webauthn/protocol"
)

// Extensions are WebAuthn extensions (section 9) to ask for. The outputs of
// authenticators and browsers are checked for their form, passed to Results and not
// stored.
type Extensions struct {
	// Registration and Authentication are inputs by identifier, as JSON:
	// {"prf": map[string]any{}, "largeBlob": map[string]any{"support": "preferred"}}.
	// Binary members are base64url. Registration always asks for credProps.
	// Default: none. A page can add inputs of its own before it calls the
	// browser.
	Registration, Authentication map[string]any
	// Results is called with the outputs of the extensions named above after a ceremony
	// has succeeded and its transaction has committed, before the answer is sent. It
	// cannot fail the request; a panic is logged. No signature covers these outputs: the
	// page can send any. Default nil.
	Results func(ctx context.Context, r ExtensionResults)
}

// ExtensionResults are the outputs of the extensions that one ceremony asked for. A nil
// member has no output. PRF results and blobs are secrets of the user: leave them in the
// page; the plugin logs none of them.
type ExtensionResults struct {
	// Ceremony is "registration" or "authentication".
	Ceremony          string
	UserID, PasskeyID string
	// Discoverable says whether the authenticator can find the passkey without a
	// credential id (credProps, section 10.1.3).
	Discoverable *bool
	// PRFEnabled, PRFFirst and PRFSecond are defined in section 10.1.4.
	PRFEnabled          *bool
	PRFFirst, PRFSecond []byte
	// LargeBlobSupported, LargeBlob and LargeBlobWritten are defined in section 10.1.5.
	LargeBlobSupported, LargeBlobWritten *bool
	LargeBlob                            []byte
	// Other holds outputs of further extensions, as parsed from JSON.
	Other map[string]any
}

// LogValue implements slog.LogValuer: it logs ids alone.
func (r ExtensionResults) LogValue() slog.Value {
	return slog.GroupValue(slog.String("ceremony", r.Ceremony), slog.String("user", r.UserID), slog.String("passkey", r.PasskeyID))
}

// String leaves the outputs out.
func (r ExtensionResults) String() string {
	return fmt.Sprintf("extension results of the %s of passkey %s", r.Ceremony, r.PasskeyID)
}

// GoString leaves the outputs out.
func (r ExtensionResults) GoString() string { return r.String() }

const credProps = "credProps"

func (e *Extensions) check() (problems []error) {
	for _, ceremony := range []string{registration, authentication} {
		if _, err := e.inputs(ceremony); err != nil {
			problems = append(problems, fmt.Errorf("Extensions: the inputs of the %s are not JSON: %w; correct their values", ceremony, err))
		}
	}
	return problems
}

func (e *Extensions) asked(ceremony string) map[string]any {
	if ceremony == registration {
		return e.Registration
	}
	return e.Authentication
}

// inputs are the extensions member of a ceremony's options: nil for none.
func (e *Extensions) inputs(ceremony string) (jsontext.Value, error) {
	asked := e.asked(ceremony)
	if len(asked) == 0 && ceremony != registration {
		return nil, nil
	}
	out := jsontext.Value("{")
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if name == credProps && ceremony == registration {
			continue
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(asked[name], json.Deterministic(true))
		if err != nil {
			return nil, err
		}
		out = append(append(append(append(out, key...), ':'), value...), ',')
	}
	if ceremony == registration {
		return append(out, `"credProps":true}`...), nil
	}
	if len(out) == 1 {
		return nil, nil
	}
	out[len(out)-1] = '}'
	return out, nil
}

// extended hands the outputs that were asked for to the application.
func (p *Passkeys) extended(c *betterauth.Ctx, ceremony, userID, passkeyID string, outputs *protocol.AuthenticationExtensionsClientOutputs) {
	hook := p.cfg.Extensions.Results
	if hook == nil {
		return
	}
	r := ExtensionResults{Ceremony: ceremony, UserID: userID, PasskeyID: passkeyID}
	asked := p.cfg.Extensions.asked(ceremony)
	has := func(name string) bool { _, ok := asked[name]; return ok }
	answered := false
	if o := outputs.CredProps; o != nil && ceremony == registration {
		r.Discoverable, answered = o.RK, true
	}
	if o := outputs.PRF; o != nil && has("prf") {
		r.PRFEnabled, answered = o.Enabled, true
		if o.Results != nil {
			r.PRFFirst, r.PRFSecond = o.Results.First, o.Results.Second
		}
	}
	if o := outputs.LargeBlob; o != nil && has("largeBlob") {
		r.LargeBlobSupported, r.LargeBlobWritten, r.LargeBlob, answered = o.Supported, o.Written, o.Blob, true
	}
	for name, value := range outputs.Extra {
		if has(name) {
			if r.Other == nil {
				r.Other = map[string]any{}
			}
			r.Other[name], answered = value, true
		}
	}
	if answered {
		p.host.AfterCommit(c, func(ctx context.Context) error { hook(ctx, r); return nil })
	}
}
