//go:build race

package betterauth_test

// raceDetector says that every access to memory is watched, which times nothing
// as it is.
const raceDetector = true
