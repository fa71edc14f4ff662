package social_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"unicode"
)

func flip(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, text)
}

func hexHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func jsonText(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func attacks() (all []attack) {
	for _, some := range [][]attack{fromTokenCases(), flowCases, fromFlags(), linkingCases, fromTargets(), targetCases, fromAnswers(), answerCases} {
		all = append(all, some...)
	}
	return all
}
