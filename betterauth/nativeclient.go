package betterauth

// SetOrigin says where a request comes from whose client cannot send the header
// Origin, such as an app on a phone, which says it in a header of its own. It is for a
// RequestHook, and then has to be a trusted origin wherever one is demanded. It says
// nothing about a request that has Origin, Referer or Sec-Fetch-Site: those are from
// a browser, which no page can make leave them out, and what else the page says about
// itself is no proof.
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

// AnswerCookies are the Set-Cookie lines that the answer has so far, each with its
// attributes: for an after hook that hands them to a client which keeps its cookies
// itself. They are as good as the session: never put them where a page, a log or
// another application can read them.
func (c *Ctx) AnswerCookies() (lines []string) {
	for _, ck := range c.answerCookies() {
		lines = append(lines, ck.line)
	}
	return lines
}
