package plugintest

// manifestRules look at the manifest alone, at whether the plugin builds, and
// whether anybody can be signed in.
// The others follow only if these are kept.
var manifestRules = []rule{
	{"manifest-same", "Manifest returns the same every time, before and after Init, and has no side effects; newPlugin returns a new value", manifestSame},
	{"routes-unique", "ids and routes of operations are the plugin's own", routesUnique},
	{"access-declared", "every operation says who may call it", accessDeclared},
	{"error-codes", "every error has a code, a message and a status from 400 to 599, and the manifest lists no error that an operation lists", errorCodes},
	{"builds", "Build accepts the plugin together with the plugins it needs", builds},
	{"order", "the order in which plugins are added changes neither routes nor tables", order},
	{"columns", "every name that the source uses as a column, in a condition, a Set, an Order or a hook, is a column", columns},
	{"signs-in", "the users that Run creates can sign in, or SignedInBy signs in others", signsIn},
}

// rules are about behaviour, on every engine.
var rules = []rule{
	{"no-session", "an operation that demands a session answers 401 UNAUTHORIZED, or wraps that in its own code, without a session and with a forged or an expired one; a client without a session is refused everything in Owned", noSession},
	{"foreign-origin", "a request from another origin's page that carries cookies or signs in is refused with 403", foreignOrigin},
	{"open-redirect", "no redirect and no mailed link leads to a target that is not trusted", openRedirect},
	{"hostile-bodies", "no input from a client causes a 5xx; malformed or too large input is a 4xx", hostileBodies},
	{"ownership", "another user's ids are answered like missing ones, and their rows stay unchanged", ownership},
	{"one-life", "the plugin's credentials and pending values end when the address is verified for the first time; pending values also end when the user is banned; no row names a deleted user", oneLife},
	{"looks-again", "a session that ended since the request read it writes no credentials, pending values, accounts, sessions or addresses", looksAgain},
	{"schema", "tables and columns can be created on an empty database, a second time, beside rows older than the plugin, and under other names; operations answer the same in each case", schema},
	{"typed-codes", "a code that a person types, a betterauth.TypedCode, is accepted with spaces, without its hyphens and in full-width digits", typedCodes},
	{"answers", "an operation answers with its declared type, in JSON, without hidden columns", answers},
	{"errors-declared", "an error code that a client meets is declared by the operation or a manifest", errorsDeclared},
	{"one-winner", "a single-use value is used once by any number of concurrent requests", oneWinner},
	{"concurrent", "operations can be called concurrently", concurrent},
	{"outage", "if the database does not answer, the client gets a 500 without the cause, never a success, a refusal or a sign-out", outage},
	{"fail-closed", "an error or a panic of a row hook stops the request with the constant 500 and leaves nothing half-done", failClosed},
	{"gates", "when a gate refuses or panics, no session is created and no success answered", gates},
	{"two-instances", "two instances in one process share nothing", twoInstances},
	{"close", "Close succeeds and leaves no goroutine behind", closes},
	{"log", "no secret is logged", logs},
	{"traced", "every refusal writes a line in the log, with the status", traced},
}
