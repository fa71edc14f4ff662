package passkey

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-webauthn/webauthn/protocol"
)

// assertionText is an assertion as a browser sends it, with more members than most.
func assertionText(t testing.TB) string {
	t.Helper()
	a := passkeytest.New(passkeytest.Options{Origin: "http://localhost"})
	if _, err := a.Create([]byte(`{"challenge":"AAAA","rp":{"id":"localhost"},"user":{"id":"AQ"},"authenticatorSelection":{"residentKey":"required"}}`), passkeytest.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	response, err := a.Get([]byte(`{"challenge":"AAAA"}`), passkeytest.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(response, &members); err != nil {
		t.Fatal(err)
	}
	members["clientExtensionResults"] = map[string]any{"appid": false, "credProps": map[string]bool{"rk": true}, "more": []int{1}}
	members["authenticatorAttachment"], members["unknown"] = "platform", map[string]any{"a": nil}
	text, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// readings are spellings of one assertion that say the same, and some that do not.
func readings(text string) []string {
	all := []string{text, "", "null", "[]", "{}", `{"response":null}`, `{"response":[]}`, text + text, text[:len(text)-1]}
	for _, change := range [][2]string{
		{`"platform"`, `"cross-platform"`}, {`"platform"`, `"else"`}, {`"platform"`, "null"}, {`"platform"`, "7"},
		{`"public-key"`, `"public\u002dkey"`}, {`"public-key"`, `"other"`}, {`"public-key"`, "null"},
		{`"id":"`, `"id":"A`}, {`"rawId":"`, `"rawId":"A`}, {`"rawId":"`, `"rawId":"="`}, {`"id"`, `"\u0069d"`}, {`"rawId"`, `"rawid"`},
		{`"signature":"`, `"signature":"\u004d`}, {`"signature":"`, `"signature":"!`}, {`"signature":"`, `"signature":7,"x":"`},
		{`"userHandle":"`, `"userHandle":null,"x":"`}, {`"userHandle":"`, `"userHandle":"\n`}, {`"userHandle":"`, `"userHandle":"=`},
		{`"clientDataJSON":"`, `"clientDataJSON":null,"x":"`}, {`"clientDataJSON":"`, `"clientDataJSON":"AA`}, {`"authenticatorData":"`, `"authenticatorData":"AA`},
		{`{"appid":false,`, `{"appid":"no",`}, {`"clientExtensionResults":{`, `"clientExtensionResults":7,"x":{`}, {`"clientExtensionResults":{`, `"clientExtensionResults":null,"x":{`},
		{`"clientExtensionResults":{`, `"clientExtensionResults":[],"x":{`}, {`"clientExtensionResults":{`, `"clientExtensionResults":{},"x":{`}, {`"clientExtensionResults":{`, `"clientExtensionResults":"","x":{`},
		{`"unknown"`, `"transports":["usb"],"unknown"`}, {`"signature"`, `"publicKey":7,"publicKeyAlgorithm":"","attestationObject":[],"transports":{},"signature"`},
	} {
		all = append(all, strings.Replace(text, change[0], change[1], 1))
	}
	return all
}

// compare holds our reading of an assertion to the library's: what ours accepts the
// library accepts, with the same meaning. The library accepts what ours is there to
// refuse, see FuzzVerifyAuthentication.
func compare(t *testing.T, text string) (accepted, theirs bool) {
	t.Helper()
	ours, sent, err := parseAssertion([]byte(text))
	want, wantErr := protocol.ParseCredentialRequestResponseBytes([]byte(text))
	if err != nil {
		return false, wantErr == nil
	}
	if wantErr != nil {
		t.Fatalf("%s is accepted, and the library says %v", text, wantErr)
	}
	if sent != want.Response.CollectedClientData.Challenge || !reflect.DeepEqual(ours.Response, want.Response) || !reflect.DeepEqual(ours.ParsedPublicKeyCredential, want.ParsedPublicKeyCredential) {
		t.Errorf("%s is read as\n%+v\nand by the library as\n%+v", text, ours, want)
	}
	return true, true
}

func TestAssertionsMeanWhatTheLibraryReads(t *testing.T) {
	t.Parallel()
	accepted, theirs := 0, 0
	for _, text := range readings(assertionText(t)) {
		ours, library := compare(t, text)
		if ours {
			accepted++
		}
		if library {
			theirs++
		}
	}
	// The library also accepts "rawid" and padding that is nobody's.
	if accepted < 12 || theirs < accepted {
		t.Errorf("%d spellings are accepted, %d by the library", accepted, theirs)
	}
}

func FuzzParseAssertion(f *testing.F) {
	for _, text := range readings(assertionText(f)) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { compare(t, text) })
}
