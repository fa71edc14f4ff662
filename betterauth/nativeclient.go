package betterauth

// SetOrigin sets the origin of a request whose client cannot send the header Origin, such
// as a phone app that names its origin in a header of its own. Call it in a RequestHook.
// Where a trusted origin is required, origin must then be one. It has no effect on a
// request with Origin, Referer or Sec-Fetch-Site: such a request comes from a browser,
// since no page can make a browser leave these headers out, and a header that the page
// sets proves nothing.
func (c *Ctx) SetOrigin(origin string) {
	if c.request == nil {
		return
	}
	for _, header := range []string{"Origin", "Referer", "Sec-Fetch-Site"} {
		if len(c.request.Header[header]) > 0 {
			return
		}
	}
	c.stated = origin
}

// AnswerCookies are the Set-Cookie lines of the answer so far, each with its attributes.
// They are for an after hook that passes them to a client which stores cookies itself.
// Each is as powerful as the session: never put them where a page, a log or another
// application can read them.
func (c *Ctx) AnswerCookies() (lines []string) {
	for _, ck := range c.answerCookies() {
		lines = append(lines, ck.line)
	}
	return lines
}
