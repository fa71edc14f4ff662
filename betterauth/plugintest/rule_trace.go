package plugintest

// traced looks for the line in the log that each refusal leaves: what an operation
// answers by hand, such as with a betterauth.Raw of 403, leaves none.
func traced(p *probe) {
	swept := p.sweep()
	if swept.log == "" {
		p.Logf("the application logs elsewhere, so nothing is seen: leave Config.Logger to the kit")
		return
	}
	for _, s := range swept.operations {
		if !s.op.own || !routed(s.op) || p.excepted(s.op.Operation) {
			continue
		}
		for _, a := range s.answers {
			if a.Status >= 400 && a.Status < 500 && !a.traced {
				p.broken("%s, sent %s, answers %d and leaves no trace of it in the log; return an error, such as an ErrorCode", s.op.ID, a.what, a.Status)
				break
			}
		}
	}
}
