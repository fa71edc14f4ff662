package cases

import (
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

const listedApp = "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// policies are what a relying party decides by its Config.
func policies() []Case {
	with := func(cfg passkey.Config, c Case) Case {
		c.Config = &cfg
		return c
	}
	plain := passkeytest.UserPresent | passkeytest.UserVerified
	synced, unverified := passkeytest.Synced, passkeytest.UserPresent
	registering := func(name, step string, want *betterauth.ErrorCode, o passkeytest.CreateOptions) Case {
		return Case{Name: name, Group: Registration, Step: step, Bends: AuthData, Want: want, Prepare: creates(o)}
	}
	signingIn := func(name, step string, want *betterauth.ErrorCode, from, to passkeytest.Flags) Case {
		return Case{Name: name, Group: Authentication, Step: step, Bends: AuthData, Want: want,
			Prepare: assertsWith(passkeytest.CreateOptions{Flags: &from}, passkeytest.GetOptions{Flags: &to})}
	}
	lower := func(name string, want *betterauth.ErrorCode) Case {
		five, four := uint32(5), uint32(4)
		return Case{Name: name, Group: Authentication, Step: "7.2.22", Bends: AuthData, Want: want, Prepare: func(s *Scene) Request {
			s.Register(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
			s.SignIn(s.Visitor(), s.Authenticator, passkeytest.GetOptions{SignCount: &five})
			visitor := s.Visitor()
			return Request{From: visitor, Path: verifyAuthenticate, Body: raw(s.Get(visitor, s.Authenticator, passkeytest.GetOptions{SignCount: &four}))}
		}}
	}
	verifies := passkey.Config{UserVerification: "required"}
	return []Case{
		registering("user not verified, where that is preferred", "7.1.16", nil, passkeytest.CreateOptions{Flags: &unverified}),
		with(verifies, registering("user not verified, where that is required", "7.1.16", passkey.ErrRegistrationFailed, passkeytest.CreateOptions{Flags: &unverified})),
		with(verifies, registering("user verified, where that is required", "7.1.16", nil, passkeytest.CreateOptions{})),
		signingIn("user not verified, where that is preferred", "7.2.17", nil, synced, synced&^passkeytest.UserVerified),
		with(verifies, signingIn("user not verified, where that is required", "7.2.17", passkey.ErrInvalidResponse, synced, synced&^passkeytest.UserVerified)),
		with(verifies, signingIn("user verified, where that is required", "7.2.17", nil, synced, synced)),

		signingIn("backup: became eligible", "7.2.19", nil, plain, synced),
		signingIn("backup: ceased to be eligible", "7.2.19", passkey.ErrInvalidResponse, synced, plain),
		signingIn("backup: began", "7.2.24", nil, plain|passkeytest.BackupEligible, synced),
		signingIn("backup: ceased", "7.2.24", nil, synced, plain|passkeytest.BackupEligible),
		with(passkey.Config{BackupEligibility: passkey.BackupStrict}, signingIn("backup: became eligible, strict", "7.2.19", passkey.ErrInvalidResponse, plain, synced)),
		with(passkey.Config{BackupEligibility: passkey.BackupStrict}, signingIn("backup: ceased to be eligible, strict", "7.2.19", passkey.ErrInvalidResponse, synced, plain)),
		with(passkey.Config{BackupEligibility: passkey.BackupIgnore}, signingIn("backup: became eligible, ignored", "7.2.19", nil, plain, synced)),
		with(passkey.Config{BackupEligibility: passkey.BackupIgnore}, signingIn("backup: ceased to be eligible, ignored", "7.2.19", nil, synced, plain)),

		with(passkey.Config{CloneDetection: passkey.CloneWarn}, lower("counter: lower, a warning", nil)),
		with(passkey.Config{CloneDetection: passkey.CloneIgnore}, lower("counter: lower, ignored", nil)),

		with(passkey.Config{MaxPerUser: 1}, Case{Name: "one more than the limit", Group: Registration, Step: "7.1.1", Bends: Record, Want: passkey.ErrTooMany,
			Prepare: func(s *Scene) Request {
				s.Register(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
				return Request{From: s.Alice, Path: verifyRegistration, Body: raw(s.Create(s.Alice, s.NewAuthenticator(), passkeytest.CreateOptions{}))}
			}}),
		with(passkey.Config{Origins: []string{"http://localhost:3000", listedApp}},
			registering("origin: an app that is listed", "7.1.9", nil, passkeytest.CreateOptions{Origin: listedApp})),
		with(passkey.Config{Origins: []string{"http://localhost:3000", listedApp}},
			registering("origin: another app than is listed", "7.1.9", passkey.ErrRegistrationFailed, passkeytest.CreateOptions{Origin: "android:apk-key-hash:" + strings.Repeat("B", 42) + "A"})),
	}
}
