// Package betterauth signs people in to Go programs: users, sessions and what
// plugins add to them, as one http.Handler.
//
// Start here:
//
//	db, err := sqlite.Open("auth.db")
//	auth, err := betterauth.New(betterauth.Config{BaseURL: "https://example.com", Secret: secret}).
//		Database(db).
//		Plugin(emailpassword.New(emailpassword.Config{}), passkey.New(passkey.Config{})).
//		Build(ctx)
//	mux.Handle("/api/auth/", auth)
//	mux.Handle("/account", auth.RequireSession(account))
//
// Better Auth is a TypeScript project (https://www.better-auth.com). Comments here
// call its release 1.7.25 the TypeScript server, or the reference. This package
// keeps its wire format, cookies and tables: its official client works unmodified,
// and both servers can share a database.
//
// Applications use [Config], [New] and the [Auth] that [Builder.Build] returns.
// [Auth.RequireSession] guards a handler, [SessionFrom] returns the signed-in user,
// and [Call] runs an operation in process. [Auth.CreateUser] and [Auth.SignIn] are
// for an application's own handlers. Each plugin is a package under plugins.
//
// Plugin authors implement [Plugin]. Its [Manifest] contributes tables, endpoints,
// hooks, gates and more as data. [Host] offers the plugin its stores and services,
// and [Ctx] is one request. Package plugintest proves that a plugin keeps the
// contract. An application that writes an [Inline] plugin is a plugin author.
//
// A request passes these stages, in this order: pages of other origins, request
// hooks, rate limit, router, body, origin, input, before hooks, access, handler,
// after hooks, answer. See [Auth.ServeHTTP], in request.go. A handler that signs a
// user in calls [Ctx.SignIn], the only way to make a session, which calls every
// [SessionGate] first. An error or a panic in any stage stops the request.
//
// Auth, Host and what they return are safe for concurrent use; a Builder and a Ctx
// belong to one goroutine. Two Auth values share nothing. Compare errors with
// errors.Is. A client sees an [ErrorCode]; any other error is a constant 500.
//
// Everything that databases and clients store stays compatible with the TypeScript
// server. Go names may change until 1.0, with a note in the release; after that,
// names are only added within a major version.
//
// # Names for applications
//
//   - building: [New], [Builder], [Config], [Secret], [DynamicBaseURL],
//     [CORSConfig], [ClientIPConfig], [Problem]
//   - sessions, cookies and passwords: [SessionConfig], [CookieConfig],
//     [CookieAttributes], [CookieCacheConfig], [CrossSubDomainConfig],
//     [PasswordConfig], [Argon2id], [Scrypt]
//   - limits: [RateLimitConfig], [RateLimit], [Rule], [Limit],
//     [LimitFunc], [AllowUnlimited], [RateLimitStorage], [CountInDatabase],
//     [CountIn], [FailuresConfig], [MailLimitConfig]
//   - the database: [SchemaMode], [SchemaVerify], [SchemaMigrate],
//     [SchemaIgnore], [SchemaError], [NewField], [Field], [AddedColumn]
//   - mail: [Mailer], [MailerFunc], [Message]
//   - serving: [Auth], [SessionFrom], [Identity], [User], [Session],
//     [Sessions], [Requirement], [NotReadyError]
//   - programs and handlers of their own: [Call], [CallOptions],
//     [StepUpBody], [SignIn], [MultiFactor], [NewUserOptions], [UserInfo]
//   - errors: [ErrorCode], [ErrNoSession], [ErrForbidden],
//     [ErrUserExists], [ErrInvalidEmail], [ErrNoPasswords]
//
// # Names for plugin authors
//
//   - a plugin and its life: [Plugin], [Manifest], [Inline],
//     [Initializer], [Checker], [Closer], [Host], [Site], [Schema],
//     [Need], [Dependency], [ProvenBy], [ProvenByMail],
//     [ProvenWithoutMail], [PasswordKeeper]
//   - operations: [Handle], [Endpoint], [Operation], [SignInPart],
//     [MakesSession], [BeginsSignIn], [Access], [Public],
//     [WithSession], [WithStoredSession], [WithStoredSessionOrInProcess],
//     [WithFreshSession], [WithFreshSessionOrInProcess], [ServerOnly],
//     [Ctx], [CtxFrom], [WithIdentity], [Members], [None], [Status],
//     [Success], [SignOutInput], [SignedOut], [Sealer], [Redirect], [Raw],
//     [Param], [AddParams],
//     [EncodeURIComponent], [StepUp], [Commit], [RequestValue],
//     [NewRequestValue], [Cookie], [SessionCookies], [AllCookies],
//     [CacheOnly]
//   - hooks: [BeforeHook], [Before], [BeforeMatch], [BeforeMembers],
//     [AfterHook], [After], [AfterMatch], [Result], [Every],
//     [EverySignIn], [RequestHook], [SessionSource], [TokenSource],
//     [IdentitySource]
//   - events: [Subscriber], [On], [Emit], [EventType], [EventOf],
//     [AddressClaimed], [Reauthenticated], [EmitInBackground],
//     [UserCreated], [SignedIn], [SessionEnded], [EndingHappened]
//   - gates and what opens an account: [SessionGate], [Attempt],
//     [Assurance], [SingleFactor], [AccessGuard], [Credentials],
//     [Revocation], [Pending], [Ending], [Endings], [AddressProven],
//     [AddressChanged], [PasswordReset], [PasswordChanged],
//     [SessionsRevoked], [UserBanned], [UserDeleted], [ErrLastSignInWay]
//   - addresses: [Claim], [AddressProof], [ProvenAddress],
//     [ErrClaimEnded], [NormalizeEmail], [IsEmail], [BrowserOrigin]
//   - secrets, codes and tokens: [Hasher], [Rehasher], [Decoyer],
//     [Decoy], [NeedsRehash], [Failures], [Proof], [Subject],
//     [TypedCode], [CodeStorage], [CodesPlain], [CodesEncrypted],
//     [CodesHashed], [CodesHashedBy], [CodesEncryptedBy],
//     [ErrCodeHashed], [Verifications], [Verification],
//     [Alphanumeric], [LowerAlphanumeric], [URLSafe],
//     [ErrTokenInvalid], [ErrTokenExpired], [RateLimitStore]
//   - rows: [Account], [ProviderCredential], [Extended], [AddedIndex],
//     [Tables], [StoreOf], [OrZero]
//   - errors of requests: [Refusal], [ErrBadJSON], [ErrBodyTooLarge],
//     [ErrBusy], [ErrCrossSiteLogin], [ErrDeferRequired],
//     [ErrFailedToCreateSession], [ErrFailedToGetSession],
//     [ErrFieldNotAllowed], [ErrInternal], [ErrInvalidCallbackURL],
//     [ErrInvalidErrorURL], [ErrInvalidNewUserURL], [ErrInvalidOrigin],
//     [ErrInvalidRedirectURL], [ErrMediaType], [ErrMissingField],
//     [ErrMissingOrigin], [ErrNotFound], [ErrSessionNotFresh],
//     [ErrTooManyFailures], [ErrTooManyRequests], [ErrUnauthorized],
//     [ErrUserNotFound], [ErrValidation]
//   - operations of the core: [GetSessionInput], [RevokeSessionInput],
//     [UpdateSessionInput], [UpdatedSession], [ErrorPageInput]
package betterauth
