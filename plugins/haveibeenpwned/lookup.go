package haveibeenpwned

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	prefixLength = 5
	// maxBody in bytes is some ten times what the service answers.
	maxBody = 1 << 20
	// maxCount is the largest integer the reference takes for one.
	maxCount = 1<<53 - 1
)

// Compromised reports whether a password is known from data breaches. If the service does
// not answer, the error is ErrNotChecked with its cause for the log. Neither the error
// nor the request reveals more of the password than the first five characters of its
// SHA-1.
func (p *HaveIBeenPwned) Compromised(ctx context.Context, password string) (bool, error) {
	// The range API's hash; it protects nothing here.
	sum := sha1.Sum([]byte(password))
	hash := strings.ToUpper(hex.EncodeToString(sum[:]))
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	body, err := p.fetch(ctx, hash[:prefixLength])
	if err != nil {
		return false, err
	}
	count, err := countOf(body, hash[prefixLength:])
	if err != nil {
		return false, ErrNotChecked.Because(err)
	}
	return count > 0, nil
}

// fetch asks for all hashes that begin with prefix. The service pads its answer
// with hashes that count 0, so that its length does not tell the prefix.
func (p *HaveIBeenPwned) fetch(ctx context.Context, prefix string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.cfg.URL+"/"+prefix, http.NoBody)
	if err != nil {
		return nil, ErrNotChecked.Because(withoutURL(err))
	}
	r.Header.Set("Add-Padding", "true")
	r.Header.Set("User-Agent", "Better Auth for Go")
	answer, err := p.host.HTTPClient().Do(r)
	if err != nil {
		return nil, ErrNotChecked.Because(withoutURL(err))
	}
	defer func() { _ = answer.Body.Close() }() // it was read, or is of no use
	if answer.StatusCode != http.StatusOK {
		return nil, ErrNotChecked.Messagef("Failed to check password. Status: %d", answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	if err != nil {
		return nil, ErrNotChecked.Because(withoutURL(err))
	}
	if len(body) > maxBody {
		return nil, ErrNotChecked.Because(fmt.Errorf("the answer is longer than %d bytes", maxBody))
	}
	return body, nil
}

// withoutURL takes the address out of an error, whose end is a part of the
// password's hash.
func withoutURL(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// countOf returns how often the hash that ends with suffix was seen, 0 for one
// that is not listed. What is no such list at all, as a page that a proxy
// answers with, is an error: it does not say that a password is unknown.
func countOf(body []byte, suffix string) (count int64, err error) {
	lines := bufio.NewScanner(bytes.NewReader(body))
	lines.Buffer(nil, maxBody)
	for lines.Scan() {
		line := lines.Text()
		if line == "" {
			continue
		}
		of, text, _ := strings.Cut(line, ":")
		n, err := strconv.ParseInt(text, 10, 64)
		if len(of) != len(suffix) || err != nil || n < 0 || n > maxCount || strconv.FormatInt(n, 10) != text {
			return 0, errors.New("the answer is no list of hashes")
		}
		if count == 0 && strings.EqualFold(of, suffix) {
			count = n
		}
	}
	return count, lines.Err()
}
