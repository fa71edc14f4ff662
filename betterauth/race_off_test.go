//go:build !race

package betterauth_test

const raceDetector = false
