package passkey

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
)

const androidPrefix = "android:apk-key-hash:"

// AndroidOrigin returns the origin of an Android app, for Config.Origins. fingerprint is
// the SHA-256 fingerprint of the certificate that signs the app, as keytool and the Play
// Console print it: "14:6D:E9:…", 32 bytes in hexadecimal.
func AndroidOrigin(fingerprint string) (string, error) {
	hash, err := hex.DecodeString(strings.ReplaceAll(fingerprint, ":", ""))
	if err != nil || len(hash) != 32 {
		return "", fmt.Errorf("passkey: %q is not a SHA-256 fingerprint; pass 32 bytes in hexadecimal with colons between them", fingerprint)
	}
	return androidPrefix + base64.RawURLEncoding.EncodeToString(hash), nil
}

// checkNativeOrigin reports an origin that no app sends. native is false for
// what is not meant as one.
func checkNativeOrigin(origin string) (native bool, err error) {
	if hash, ok := strings.CutPrefix(origin, androidPrefix); ok {
		raw, err := base64.RawURLEncoding.Strict().DecodeString(hash)
		if err != nil || len(raw) != 32 {
			return true, fmt.Errorf("origin %q does not end with 32 bytes in base64url without padding; make it of the fingerprint with passkey.AndroidOrigin", origin)
		}
		return true, nil
	}
	if origin != protocol.OpaqueOriginPrefixFile && protocol.IsKnownOpaqueOrigin(origin) {
		return true, nil
	}
	if strings.HasPrefix(origin, "android:") || strings.HasPrefix(origin, "ios:") {
		return true, fmt.Errorf("origin %q is not one that apps send; write %s… for Android, and the web origin https://<RP ID> for iOS", origin, androidPrefix)
	}
	return false, nil
}
