package main

import (
	"testing"

	"github.com/better-auth-go/better-auth/examples/exampletest"
)

func TestProgram(t *testing.T) { exampletest.Program(t, run) }
