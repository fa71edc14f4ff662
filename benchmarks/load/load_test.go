package load_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/load"
)

// The client reads both forms of body that the subjects send, and stays in step
// over one connection.
func TestConnReadsAnswers(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Set-Cookie", "a=1; Path=/")
		w.Header().Add("Set-Cookie", "b=2")
		switch r.URL.Path {
		case "/length":
			_, _ = w.Write([]byte("whole " + r.Header.Get("Cookie")))
		case "/chunks":
			for range 3 {
				_, _ = w.Write([]byte(strings.Repeat("x", 5000)))
				w.(http.Flusher).Flush()
			}
		case "/empty":
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	defer server.Close()
	conn, err := load.Dial(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, test := range []struct {
		path   string
		status int
		body   string
	}{
		{"/chunks", 200, strings.Repeat("x", 15000)},
		{"/length", 200, "whole c=3"},
		{"/empty", 418, ""},
		{"/length", 200, "whole c=3"},
	} {
		answer, err := conn.Do(load.Request("GET", test.path, []string{"Cookie: c=3"}, nil))
		if err != nil {
			t.Fatalf("%s: %v", test.path, err)
		}
		if answer.Status != test.status || string(answer.Body) != test.body || !slices.Equal(answer.Cookies, []string{"a=1", "b=2"}) {
			t.Errorf("%s: got %d, %d bytes, cookies %q", test.path, answer.Status, len(answer.Body), answer.Cookies)
		}
	}
}

func TestConnRefusesWhatIsNoAnswer(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = conn.Write([]byte(text))
			_ = conn.Close()
		}))
		conn, err := load.Dial(server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := conn.Do(load.Request("GET", "/", nil, nil)); err == nil {
			t.Errorf("%q was read as %d", text, answer.Status)
		}
		_ = conn.Close()
		server.Close()
	}
}

func TestRunCountsWhatWasDone(t *testing.T) {
	t.Parallel()
	round, err := load.Run(4, time.Minute, func(worker, n int) (bool, error) { return n < 10*(worker+1), nil })
	if err != nil || round.Requests != 100 {
		t.Errorf("got %d requests, %v; want 100", round.Requests, err)
	}
	failure := errors.New("failure")
	if _, err := load.Run(4, time.Minute, func(worker, _ int) (bool, error) {
		if worker == 2 {
			return false, failure
		}
		return false, nil
	}); !errors.Is(err, failure) {
		t.Errorf("got %v, want the worker's error", err)
	}
	if _, err := load.Run(1, time.Minute, func(int, int) (bool, error) { return false, nil }); err == nil {
		t.Error("a round without a request has figures")
	}
	round, err = load.Run(1, time.Millisecond, func(int, int) (bool, error) { return true, nil })
	if err != nil || round.Requests == 0 || round.P99 < round.P50 {
		t.Errorf("a round that ends with time: %+v, %v", round, err)
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		values []int
		want   int
	}{{nil, 0}, {[]int{3}, 3}, {[]int{9, 1, 5}, 5}, {[]int{4, 1, 3, 2}, 2}} {
		if got := load.Median(test.values); got != test.want {
			t.Errorf("median of %v is %d, want %d", test.values, got, test.want)
		}
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	hundred := make([]int, 100)
	for i := range hundred {
		hundred[i] = i + 1
	}
	for _, test := range []struct {
		values  []int
		p, want int
	}{{nil, 50, 0}, {[]int{7}, 99, 7}, {hundred, 50, 50}, {hundred, 99, 99}, {hundred, 100, 100}, {[]int{1, 2, 3}, 50, 2}, {[]int{1, 2}, 99, 2}} {
		if got := load.Percentile(test.values, test.p); got != test.want {
			t.Errorf("percentile %d of %d values is %d, want %d", test.p, len(test.values), got, test.want)
		}
	}
}
