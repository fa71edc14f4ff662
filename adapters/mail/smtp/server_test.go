package smtp_test

import (
	"bufio"
	"crypto/hmac"
	"crypto/md5"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

const (
	username = "mailer"
	password = `p4ss: "word"/secret`
)

// mailServer is an SMTP server (RFC 5321) for tests, as good or bad as they need.
type mailServer struct {
	// What it offers.
	implicitTLS bool
	noSTARTTLS  bool
	auth        string // the mechanisms, such as "PLAIN LOGIN"
	// How it misbehaves, by command: "connect" for the greeting, "." for the end of the data.
	say     map[string]string // answers this instead
	hangs   string            // never answers this
	hangsUp string            // closes the connection at this

	listener net.Listener
	roots    *x509.CertPool
	tls      *tls.Config
	hung     chan struct{} // closed when it hangs
	once     sync.Once

	mu    sync.Mutex
	mails []received
	seen  []string // the commands
	open  sync.WaitGroup
}

// received is a mail, with the envelope and how it came.
type received struct {
	from, to, data string
	encrypted      bool
	user           string
}

func (s *mailServer) start(t *testing.T) *mailServer {
	t.Helper()
	certified := httptest.NewTLSServer(nil) // its certificate is for 127.0.0.1
	certified.Close()
	s.roots = x509.NewCertPool()
	s.roots.AddCert(certified.Certificate())
	s.tls = &tls.Config{Certificates: certified.TLS.Certificates}
	s.hung = make(chan struct{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.listener = listener
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.open.Add(1)
			go func() {
				defer s.open.Done()
				defer conn.Close()
				s.serve(conn)
			}()
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		s.open.Wait() // hangs if the client leaves a connection open
	})
	return s
}

func (s *mailServer) port() int { return s.listener.Addr().(*net.TCPAddr).Port }

func (s *mailServer) received() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.mails...)
}

func (s *mailServer) commands() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.seen, " ")
}

// talk is one connection.
type talk struct {
	*mailServer
	conn net.Conn
	in   *bufio.Reader
	mail received
}

func (s *mailServer) serve(conn net.Conn) {
	c := &talk{mailServer: s, conn: conn}
	if s.implicitTLS {
		c.encrypt()
	}
	c.in = bufio.NewReader(c.conn)
	if !c.answer("connect", "220 mail.test ESMTP") {
		return
	}
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		command, rest, _ := strings.Cut(line, " ")
		command = strings.ToUpper(command)
		s.mu.Lock()
		s.seen = append(s.seen, command)
		s.mu.Unlock()
		if !c.command(command, rest) {
			return
		}
	}
}

func (c *talk) encrypt() {
	c.conn = tls.Server(c.conn, c.tls)
	c.in = bufio.NewReader(c.conn)
	c.mail.encrypted = true
}

// answer says text, unless this server misbehaves at command; false ends the talk.
func (c *talk) answer(command, text string) bool {
	switch {
	case c.hangs == command:
		c.once.Do(func() { close(c.hung) })
		_, _ = io.Copy(io.Discard, c.conn) // until the client has had enough
		return false
	case c.hangsUp == command:
		return false
	case c.say[command] != "":
		text = c.say[command]
	}
	_, err := io.WriteString(c.conn, text+"\r\n")
	return err == nil
}

func (c *talk) command(command, rest string) bool {
	switch command {
	case "EHLO":
		lines := []string{"mail.test", "8BITMIME"}
		if !c.noSTARTTLS && !c.mail.encrypted {
			lines = append(lines, "STARTTLS")
		}
		if c.auth != "" {
			lines = append(lines, "AUTH "+c.auth)
		}
		return c.answer(command, "250-"+strings.Join(lines[:len(lines)-1], "\r\n250-")+"\r\n250 "+lines[len(lines)-1])
	case "STARTTLS":
		if !c.answer(command, "220 go ahead") {
			return false
		}
		c.encrypt()
		return true
	case "AUTH":
		return c.signIn(rest)
	case "MAIL":
		c.mail.from = rest
		return c.answer(command, "250 ok")
	case "RCPT":
		c.mail.to = rest
		return c.answer(command, "250 ok")
	case "DATA":
		return c.answer(command, "354 go ahead") && (c.say[command] != "" || c.data())
	case "QUIT":
		c.answer(command, "221 bye")
		return false
	}
	return c.answer(command, "250 ok")
}

func (c *talk) signIn(rest string) bool {
	mechanism, initial, _ := strings.Cut(rest, " ")
	ask := func(text string) string {
		fmt.Fprintf(c.conn, "334 %s\r\n", base64.StdEncoding.EncodeToString([]byte(text)))
		line, _ := c.in.ReadString('\n')
		decoded, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
		return string(decoded)
	}
	var right bool
	switch mechanism {
	case "PLAIN": // RFC 4616
		right = initial == base64.StdEncoding.EncodeToString([]byte("\x00"+username+"\x00"+password))
	case "LOGIN":
		user := ask("Username:")
		right = ask("Password:") == password && user == username
	case "CRAM-MD5": // RFC 2195
		challenge := "<1896.697170952@mail.test>"
		sum := hmac.New(md5.New, []byte(password))
		sum.Write([]byte(challenge))
		right = ask(challenge) == username+" "+hex.EncodeToString(sum.Sum(nil))
	}
	if !right {
		return c.answer("AUTH", "535 authentication failed")
	}
	c.mail.user = username
	return c.answer("AUTH", "235 welcome")
}

func (c *talk) data() bool {
	var data strings.Builder
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		data.WriteString(strings.TrimPrefix(line, "."))
	}
	if c.hangs != "." && c.hangsUp != "." && c.say["."] == "" {
		c.mail.data = data.String()
		c.mu.Lock()
		c.mails = append(c.mails, c.mail)
		c.mu.Unlock()
	}
	return c.answer(".", "250 taken")
}
