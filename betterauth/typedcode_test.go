package betterauth_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// What people send for a code, named after who makes it so.
func TestTypedCode(t *testing.T) {
	t.Parallel()
	const (
		digits = "012345"
		backup = "aBcDe-FgH1J"
		user   = "WDJB-MJHT"
	)
	for name, tt := range map[string]struct {
		code, typed string
		want        bool
	}{
		"as it is":                      {digits, "012345", true},
		"authenticator apps":            {digits, "012 345", true},
		"a line that was copied":        {digits, " 012345\r\n", true},
		"tabs":                          {digits, "\t012\t345", true},
		"a no-break space":              {digits, "012\u00a0345", true},
		"a narrow no-break space":       {digits, "012\u202f345", true},
		"a figure space":                {digits, "012\u2007345", true},
		"an ideographic space":          {digits, "012\u3000345", true},
		"a zero-width space":            {digits, "012\u200b345", true},
		"a word joiner":                 {digits, "\u2060012345\u2060", true},
		"a byte order mark":             {digits, "\ufeff012345", true},
		"marks of direction":            {digits, "\u202a012345\u202c\u200e", true},
		"a soft hyphen":                 {digits, "012\u00ad345", true},
		"a hangul filler":               {digits, "012345\u3164", true},
		"a hyphen":                      {digits, "012-345", true},
		"an en dash":                    {digits, "012–345", true},
		"a non-breaking hyphen":         {digits, "012\u2011345", true},
		"a minus sign":                  {digits, "012\u2212345", true},
		"full-width digits":             {digits, "０１２３４５", true},
		"a full-width hyphen":           {digits, "０１２－３４５", true},
		"the sound mark for a hyphen":   {digits, "０１２ー３４５", true},
		"Arabic digits":                 {digits, "٠١٢٣٤٥", true},
		"Persian digits":                {digits, "۰۱۲۳۴۵", true},
		"Devanagari digits":             {digits, "०१२३४५", true},
		"Adlam digits":                  {digits, "𞥐𞥑𞥒𞥓𞥔𞥕", true},
		"a digit less":                  {digits, "01234", false},
		"a digit more":                  {digits, "0123456", false},
		"another code":                  {digits, "012346", false},
		"a sign before it":              {digits, "+012345", false},
		"a point in it":                 {digits, "012.345", false},
		"no leading zero":               {digits, "12345", false},
		"nothing":                       {digits, "", false},
		"spaces":                        {digits, " \u200b-", false},
		"a backup code":                 {backup, backup, true},
		"without its hyphen":            {backup, "aBcDeFgH1J", true},
		"with a blank instead":          {backup, "aBcDe FgH1J", true},
		"with an em dash":               {backup, "aBcDe—FgH1J", true},
		"full-width letters":            {backup, "ａＢｃＤｅＦｇＨ１Ｊ", true},
		"in small letters":              {backup, "abcde-fgh1j", false},
		"in capitals":                   {backup, "ABCDE-FGH1J", false},
		"one letter in the wrong case":  {backup, "aBcDe-FgH1j", false},
		"a user code":                   {user, "WDJB-MJHT", true},
		"a user code in small letters":  {user, "wdjbmjht", true},
		"a user code in both cases":     {user, "Wdjb Mjht", true},
		"small letters typed in caps":   {"wdjb", "WDJB", true},
		"a code that is nothing":        {"", "", false},
		"a code of hyphens":             {"---", "", false},
		"composed and decomposed":       {"é1", "e\u03011", true},
		"a ligature":                    {"fi12", "ﬁ12", true},
		"letters that look alike":       {"A1", "А1", false}, // Cyrillic
		"letters in the place of zeros": {"00", "OO", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := betterauth.TypedCode(tt.typed).Is(tt.code); got != tt.want {
				t.Errorf("%+q is %q: %v", tt.typed, tt.code, got)
			}
			left, found := betterauth.TypedCode(tt.typed).Among([]string{"other", tt.code, "another"})
			if found != tt.want || len(left) == 3 == tt.want {
				t.Errorf("%+q among: %v, %q left", tt.typed, found, left)
			}
		})
	}
}

// The same spellings find a code that is hashed, encrypted or kept by functions
// of the application's own.
func TestCodeStorage(t *testing.T) {
	t.Parallel()
	h := plugintest.New(t).Host
	xor := func(_ context.Context, text string) (string, error) { // its own inverse
		return strings.Map(func(r rune) rune { return r ^ 1 }, text), nil
	}
	storages := map[string]betterauth.CodeStorage{
		"zero":      {},
		"plain":     betterauth.CodesPlain(),
		"encrypted": betterauth.CodesEncrypted(),
		"hashed":    betterauth.CodesHashed(),
		"own hash":  betterauth.CodesHashedBy(func(_ context.Context, code string) (string, error) { return "h(" + code + ")", nil }),
		"own":       betterauth.CodesEncryptedBy(xor, xor),
	}
	for name, s := range storages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := s.Problem(); err != nil {
				t.Error(err)
			}
			for code, typed := range map[string]map[string]bool{
				"012345":    {"012345": true, "012 345": true, "０１２－３４５": true, "012346": false, "": false},
				"WDJB-MJHT": {"WDJB-MJHT": true, "wdjb mjht": true, "Wdjbmjht": true, "WDJB": false},
				"aBc-D12":   {"aBc-D12": true, "aBcD12": true, "aBc – D12": true, "abc-d12": false},
			} {
				kept, err := s.Keep(t.Context(), h, code)
				if err != nil {
					t.Fatal(err)
				}
				if name == "encrypted" && kept == code || s.OneWay() && kept == code {
					t.Errorf("%q is kept as it is", code)
				}
				opened, err := s.Open(t.Context(), h, kept)
				if s.OneWay() != errors.Is(err, betterauth.ErrCodeHashed) || !s.OneWay() && opened != code {
					t.Errorf("%q opens as %q, %v", code, opened, err)
				}
				for given, want := range typed {
					if got, err := s.Matches(t.Context(), h, kept, betterauth.TypedCode(given)); err != nil || got != want {
						t.Errorf("%q for %q: %v, %v", given, code, got, err)
					}
				}
			}
			if _, err := s.Keep(t.Context(), h, " -"); err == nil {
				t.Error("a code that nobody can type is kept")
			}
		})
	}
	t.Run("rows of the TypeScript server", func(t *testing.T) {
		t.Parallel()
		sum := sha256.Sum256([]byte("ABC-12"))
		kept := base64.RawURLEncoding.EncodeToString(sum[:])
		for _, given := range []betterauth.TypedCode{"ABC-12", "abc-12", " ABC–12 "} {
			if ok, err := storages["hashed"].Matches(t.Context(), h, kept, given); err != nil || !ok {
				t.Errorf("%q: %v, %v", given, ok, err)
			}
		}
	})
	t.Run("functions that fail", func(t *testing.T) {
		t.Parallel()
		broken := errors.New("the key is gone")
		fails := func(context.Context, string) (string, error) { return "", broken }
		empty := func(context.Context, string) (string, error) { return "", nil }
		for name, s := range map[string]betterauth.CodeStorage{
			"hash": betterauth.CodesHashedBy(fails), "encrypt": betterauth.CodesEncryptedBy(fails, fails),
			"hash to nothing": betterauth.CodesHashedBy(empty), "encrypt to nothing": betterauth.CodesEncryptedBy(empty, empty),
		} {
			if kept, err := s.Keep(t.Context(), h, "123456"); err == nil {
				t.Errorf("%s: kept as %q", name, kept)
			}
			if ok, err := s.Matches(t.Context(), h, "", "123456"); ok {
				t.Errorf("%s: matches nothing, %v", name, err)
			}
		}
	})
	t.Run("problems", func(t *testing.T) {
		t.Parallel()
		for says, s := range map[string]betterauth.CodeStorage{
			"CodesEncryptedBy": betterauth.CodesEncryptedBy(xor, nil), "CodesEncryptedBy got": betterauth.CodesEncryptedBy(nil, xor),
			"CodesHashedBy": betterauth.CodesHashedBy(nil),
		} {
			if err := s.Problem(); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%q: %v", says, err)
			}
		}
	})
}

// What nobody types is compared with nothing: a character may stand for many, and
// others wait while a code is tried.
func TestTypedCodeIsBounded(t *testing.T) {
	t.Parallel()
	const code, most = "012345", 1024
	for _, blank := range []string{" ", "\u00ad", "\u3164"} {
		longest := strings.Repeat(blank, (most-len(code))/len(blank)) + code
		if !betterauth.TypedCode(longest).Is(code) {
			t.Errorf("%d bytes with %q are refused", len(longest), blank)
		}
		longer := betterauth.TypedCode(strings.Repeat(blank, most/len(blank)) + code)
		if _, among := longer.Among([]string{code}); among || longer.Is(code) || !longer.Empty() {
			t.Errorf("%d bytes with %q are a code", len(longer), blank)
		}
		asked := 0
		own := betterauth.CodesHashedBy(func(_ context.Context, text string) (string, error) { asked++; return text, nil })
		if right, err := own.Matches(t.Context(), nil, code, longer); right || err != nil || asked != 0 {
			t.Errorf("of %d bytes %d spellings are hashed: %v, %v", len(longer), asked, right, err)
		}
	}
}
