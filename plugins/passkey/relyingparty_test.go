package passkey_test

import (
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/go-json-experiment/json"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		cfg     passkey.Config
		baseURL string
		want    string // "" for no problem
	}{
		"base URL decides":        {passkey.Config{}, "https://app.example.com", ""},
		"parent domain":           {passkey.Config{RPID: "example.com"}, "https://app.example.com", ""},
		"localhost with port":     {passkey.Config{}, "http://localhost:3000", ""},
		"international":           {passkey.Config{RPID: "bücher.example", Origins: []string{"https://xn--bcher-kva.example"}}, "https://xn--bcher-kva.example", ""},
		"native app":              {passkey.Config{Origins: []string{"https://example.com", "android:apk-key-hash:" + strings.Repeat("A", 43)}}, "https://example.com", ""},
		"other domain":            {passkey.Config{RPID: "example.org"}, "https://example.com", "not a suffix"},
		"suffix without a dot":    {passkey.Config{RPID: "ample.com"}, "https://example.com", "not a suffix"},
		"native app alone":        {passkey.Config{Origins: []string{"android:apk-key-hash:" + strings.Repeat("A", 43)}}, "https://example.com", ""},
		"short app hash":          {passkey.Config{Origins: []string{"android:apk-key-hash:abc"}}, "https://example.com", "passkey.AndroidOrigin"},
		"app hash in hexadecimal": {passkey.Config{Origins: []string{"android:apk-key-hash:14:6D:E9"}}, "https://example.com", "passkey.AndroidOrigin"},
		"app of no kind":          {passkey.Config{Origins: []string{"android:com.example"}}, "https://example.com", "not one that apps send"},
		"any file":                {passkey.Config{Origins: []string{"https://example.com", "file://"}}, "https://example.com", "not of the form"},
		"attachment":              {passkey.Config{AuthenticatorAttachment: "pocket"}, "https://example.com", "AuthenticatorAttachment"},
		"hint":                    {passkey.Config{Hints: []string{"phone"}}, "https://example.com", "Hints"},
		"algorithm":               {passkey.Config{Algorithms: []int64{-7, -65535}}, "https://example.com", "-65535"},
		"algorithm twice":         {passkey.Config{Algorithms: []int64{-7, -7}}, "https://example.com", "twice"},
		"RSA too short":           {passkey.Config{MinRSABits: 1024}, "https://example.com", "MinRSABits"},
		"RSA of 8192 bits":        {passkey.Config{MinRSABits: 8192}, "https://example.com", ""},
		"RSA over 8192 bits":      {passkey.Config{MinRSABits: 8193}, "https://example.com", "MinRSABits"},
		"top origin":              {passkey.Config{TopOrigins: []string{"https://partner.example/shop"}}, "https://example.com", "TopOrigins"},
		"top origin, not https":   {passkey.Config{TopOrigins: []string{"http://partner.example"}}, "https://example.com", "not https"},
		"top origin, an address":  {passkey.Config{TopOrigins: []string{"http://192.0.2.1"}}, "https://example.com", "not https"},
		"top origin, the machine": {passkey.Config{TopOrigins: []string{"http://127.0.0.1:8080"}}, "https://example.com", ""},
		"top unknown alone":       {passkey.Config{AllowUnknownTopOrigin: true}, "https://example.com", "only with TopOrigins"},
		"related":                 {passkey.Config{RelatedOrigins: []string{"https://example.de", "https://www.example.co.uk", "https://shop.example"}}, "https://example.com", ""},
		"related, same domain":    {passkey.Config{RelatedOrigins: []string{"https://www.example.com"}}, "https://example.com", "list it in Origins"},
		"related, five names": {passkey.Config{RelatedOrigins: []string{"https://a.example", "https://a.test", "https://b.co.uk", "https://c.co.uk",
			"https://d.example", "https://e.example"}}, "https://example.com", ""},
		"related, six names": {passkey.Config{RelatedOrigins: []string{"https://a.example", "https://b.co.uk", "https://c.co.uk",
			"https://d.example", "https://e.example", "https://f.example"}}, "https://example.com", "browsers look at 5"},
		"related, suffix":       {passkey.Config{RelatedOrigins: []string{"https://co.uk"}}, "https://example.com", "no domain of its own"},
		"page":                  {passkey.Config{Pages: passkey.Pages{Manage: "/account"}}, "https://example.com", "Manage"},
		"pages":                 {passkey.Config{Pages: passkey.Pages{Enroll: "https://example.com/new", Manage: "http://localhost:3000/account"}}, "https://example.com", ""},
		"page, plain http":      {passkey.Config{Pages: passkey.Pages{Enroll: "http://example.com/new"}}, "https://example.com", "Enroll"},
		"page, no host":         {passkey.Config{Pages: passkey.Pages{Manage: "https:///account"}}, "https://example.com", "Manage"},
		"page with a user":      {passkey.Config{Pages: passkey.Pages{Manage: "https://me@example.com/account"}}, "https://example.com", "Manage"},
		"page of an app":        {passkey.Config{Pages: passkey.Pages{Manage: "myapp://localhost/account"}}, "https://example.com", "Manage"},
		"page, no URL":          {passkey.Config{Pages: passkey.Pages{Manage: "https://[example.com"}}, "https://example.com", "Manage"},
		"related, plain http":   {passkey.Config{RelatedOrigins: []string{"http://example.de"}}, "https://example.com", "RelatedOrigins: "},
		"related, no URL":       {passkey.Config{RelatedOrigins: []string{"https://[example.de"}}, "https://example.com", "RelatedOrigins: "},
		"provider":              {passkey.Config{Providers: map[string]passkey.ProviderInfo{"nobody": {}}}, "https://example.com", "Providers"},
		"provider's icon":       {passkey.Config{Providers: map[string]passkey.ProviderInfo{model: {IconDark: "https://example.com/i.png"}}}, "https://example.com", "data URL"},
		"extension":             {passkey.Config{Extensions: passkey.Extensions{Registration: map[string]any{"x": func() {}}}}, "https://example.com", "Extensions"},
		"conveyance":            {attesting(passkey.Attestation{Conveyance: "all"}), "https://example.com", "Conveyance"},
		"format":                {attesting(passkey.Attestation{Formats: []string{"homemade"}}), "https://example.com", "Formats"},
		"model":                 {attesting(passkey.Attestation{DenyAAGUIDs: []string{"YubiKey"}}), "https://example.com", "DenyAAGUIDs"},
		"model in capitals":     {attesting(passkey.Attestation{DenyAAGUIDs: []string{strings.ToUpper(model)}}), "https://example.com", "DenyAAGUIDs"},
		"no certificate":        {attesting(passkey.Attestation{Conveyance: "direct", Roots: []*x509.Certificate{nil}}), "https://example.com", "nil certificate"},
		"allow without anchor":  {attesting(passkey.Attestation{AllowAAGUIDs: []string{model}}), "https://example.com", "AllowSelfDeclaredAAGUIDs"},
		"allow, self-declared":  {attesting(passkey.Attestation{AllowAAGUIDs: []string{model}, AllowSelfDeclaredAAGUIDs: true}), "https://example.com", ""},
		"deny without anchor":   {attesting(passkey.Attestation{DenyAAGUIDs: []string{model}}), "https://example.com", ""},
		"anchored, asking none": {attesting(passkey.Attestation{Metadata: passkey.MetadataFromURL("https://mds.example")}), "https://example.com", "set it to direct"},
		"anchored and self-declared": {attesting(passkey.Attestation{Conveyance: "direct", AllowSelfDeclaredAAGUIDs: true, Metadata: passkey.MetadataFromURL("https://mds.example")}),
			"https://example.com", "no effect"},
		"metadata, plain http":    {attesting(passkey.Attestation{Conveyance: "direct", Metadata: passkey.MetadataFromURL("http://mds.example")}), "https://example.com", "https"},
		"metadata from nowhere":   {attesting(passkey.Attestation{Conveyance: "direct", Metadata: &passkey.Metadata{}}), "https://example.com", "make it with MetadataFromURL"},
		"metadata, later":         {attesting(passkey.Attestation{Conveyance: "direct", Metadata: passkey.MetadataFromURL("https://mds.example")}), "https://example.com", ""},
		"metadata, no blob":       {attesting(passkey.Attestation{Conveyance: "direct", Metadata: passkey.MetadataFromBLOB([]byte("x"))}), "https://example.com", "does not hold"},
		"metadata, no file":       {attesting(passkey.Attestation{Conveyance: "direct", Metadata: passkey.MetadataFromFile("/nowhere/blob.jwt")}), "https://example.com", "blob.jwt"},
		"metadata, no host":       {attesting(passkey.Attestation{Conveyance: "direct", Metadata: passkey.MetadataFromURL("https:///blob")}), "https://example.com", "not an https URL"},
		"metadata, no URL":        {attesting(passkey.Attestation{Conveyance: "direct", Metadata: passkey.MetadataFromURL("https://[mds.example")}), "https://example.com", "not an https URL"},
		"address":                 {passkey.Config{}, "http://127.0.0.1:3000", "IP address"},
		"single label":            {passkey.Config{RPID: "intranet"}, "https://intranet", "single label"},
		"with a space":            {passkey.Config{RPID: "my site.example"}, "https://site.example", "not a domain"},
		"with scheme":             {passkey.Config{RPID: "https://example.com"}, "https://example.com", "not a domain"},
		"origin with path":        {passkey.Config{Origins: []string{"https://example.com/path"}}, "https://example.com", `Origins: origin "https://example.com/path"`},
		"origin with a user":      {passkey.Config{Origins: []string{"https://user@example.com"}}, "https://example.com", "without a path"},
		"origin with a wildcard":  {passkey.Config{Origins: []string{"https://*.example.com"}}, "https://example.com", "not of the form"},
		"plain http":              {passkey.Config{Origins: []string{"http://example.com"}}, "https://example.com", `Origins: origin "http://example.com" is not https`},
		"plain http of the site":  {passkey.Config{}, "http://example.com", `Config.BaseURL: origin "http://example.com" is not https`},
		"user verification":       {passkey.Config{UserVerification: "maybe"}, "https://example.com", "UserVerification"},
		"backup eligibility":      {passkey.Config{BackupEligibility: "maybe"}, "https://example.com", "BackupEligibility"},
		"resident key":            {passkey.Config{ResidentKey: "maybe"}, "https://example.com", "ResidentKey"},
		"clone detection":         {passkey.Config{CloneDetection: "maybe"}, "https://example.com", "CloneDetection"},
		"user handle":             {passkey.Config{UserHandle: "maybe"}, "https://example.com", "UserHandle"},
		"challenges of no time":   {passkey.Config{ChallengeTTL: -1}, "https://example.com", "is negative"},
		"proofs of no time":       {passkey.Config{ProofTTL: -1}, "https://example.com", "is negative"},
		"fewer than no passkeys":  {passkey.Config{MaxPerUser: -1}, "https://example.com", "is negative"},
		"public suffix":           {passkey.Config{RPID: "co.uk"}, "https://example.co.uk", "public suffix"},
		"insecure, no origin":     {passkey.Config{DisableVerification: true, AllowInsecureUnverifiedAssertion: true, Origins: []string{"http://[localhost"}}, "http://localhost:3000", "is not on localhost"},
		"insecure, below it":      {passkey.Config{DisableVerification: true, AllowInsecureUnverifiedAssertion: true}, "http://app.localhost:3000", ""},
		"insecure but verifying":  {passkey.Config{AllowInsecureUnverifiedAssertion: true}, "http://localhost:3000", "only with DisableVerification"},
		"insecure and elsewhere":  {passkey.Config{DisableVerification: true, AllowInsecureUnverifiedAssertion: true, RPID: "localhost", Origins: []string{"http://localhost:3000"}}, "https://example.com", "is not on localhost"},
		"insecure, other origin":  {passkey.Config{DisableVerification: true, AllowInsecureUnverifiedAssertion: true, Origins: []string{"https://example.com"}}, "http://localhost:3000", "is not on localhost"},
		"insecure on the machine": {passkey.Config{DisableVerification: true, AllowInsecureUnverifiedAssertion: true}, "http://localhost:3000", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := plugintest.Build(t, plugintest.Options{Config: betterauth.Config{BaseURL: tt.baseURL}, Plugins: []betterauth.Plugin{passkey.New(tt.cfg)}})
			if tt.want == "" && err != nil {
				t.Fatal(err)
			}
			if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// Related origins are told from the RP ID, and where there is none and no such origin nothing is said of them.
func TestRelatedOriginsNeedAnRPID(t *testing.T) {
	t.Parallel()
	for _, related := range [][]string{nil, {"https://a.example"}} {
		_, err := plugintest.Build(t, plugintest.Options{
			Config:  betterauth.Config{BaseURL: "https://intranet"},
			Plugins: []betterauth.Plugin{passkey.New(passkey.Config{RPID: "intranet", RelatedOrigins: related})},
		})
		if err == nil || strings.Contains(err.Error(), "RelatedOrigins have no effect without an RP ID") != (len(related) > 0) {
			t.Errorf("with %q: %v", related, err)
		}
	}
}

// An authenticator shows the name of the relying party: the plugin's own, else the application's.
func TestNameOfTheRelyingParty(t *testing.T) {
	t.Parallel()
	for configured, want := range map[string]string{"": "Notes", "Notes for passkeys": "Notes for passkeys"} {
		kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{AppName: "Notes"}, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{RPName: configured})}})
		var options struct {
			RP struct {
				Name string `json:"name"`
			} `json:"rp"`
		}
		kit.SignedIn("ada@example.com").Get(registerOptions).Want(http.StatusOK).Into(&options)
		if options.RP.Name != want {
			t.Errorf("RPName %q: the relying party is called %q, not %q", configured, options.RP.Name, want)
		}
	}
}

// Where requests decide the host, nobody knows that it is the developer's own machine.
func TestUnverifiedCeremoniesNeedABaseURL(t *testing.T) {
	t.Parallel()
	_, err := plugintest.Build(t, plugintest.Options{
		Config:  betterauth.Config{DynamicBaseURL: &betterauth.DynamicBaseURL{AllowedHosts: []string{"localhost:*"}}},
		Plugins: []betterauth.Plugin{passkey.New(passkey.Config{DisableVerification: true, AllowInsecureUnverifiedAssertion: true})},
	})
	if err == nil || !strings.Contains(err.Error(), "is not on localhost") {
		t.Errorf("error %v", err)
	}
}

const model = "12345678-9abc-def0-1234-56789abcdef0"

func attesting(a passkey.Attestation) passkey.Config { return passkey.Config{Attestation: a} }

// Without a base URL the host a request names does not become the RP ID.
func TestHostHeaderDecidesNothing(t *testing.T) {
	kit := plugintest.New(t)
	auth, err := betterauth.New(betterauth.Config{Secret: plugintest.Secret, Schema: betterauth.SchemaMigrate}).
		Database(kit.DB).Plugin(passkey.New(passkey.Config{})).Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"evil.example", "localhost:3000"} {
		r := httptest.NewRequest(http.MethodGet, "http://"+host+"/api/auth/passkey/generate-authenticate-options", nil)
		w := httptest.NewRecorder()
		auth.ServeHTTP(w, r)
		var options struct {
			RPID string `json:"rpId"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &options); err != nil || options.RPID != "localhost" {
			t.Errorf("%s: RP ID %q, %v", host, options.RPID, err)
		}
	}
}
