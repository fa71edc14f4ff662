package plugintest

import "sync"

// AtOnce calls f with 0 to n-1 at the same time, each in a goroutine of its own,
// and returns when all have returned: for what may happen once however many ask
// for it, such as a code that is used up. f may not call FailNow of the test
// (Fatal, Answer.Want); count what happened and judge it afterwards.
func AtOnce(n int, f func(i int)) {
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	wg.Wait()
}
