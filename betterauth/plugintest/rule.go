package plugintest

// manifestRules look at the manifest alone, at whether the plugin builds, and
// whether anybody can be signed in.
// The others follow only if these are kept.
var manifestRules = []rule{
	{"manifest-same", "Manifest gives the same answer every time, before Init and after, and does nothing else; newPlugin makes a new value", manifestSame},
	{"routes-unique", "ids and routes of operations are the plugin's own", routesUnique},
	{"access-declared", "every operation says who may call it", accessDeclared},
	{"error-codes", "every error code has a code, a message and a status from 400 to 599, and the manifest lists what its operations list", errorCodes},
	{"builds", "Build accepts the plugin with what it needs", builds},
	{"order", "the order in which plugins are added changes neither routes nor tables", order},
	{"columns", "a name that the source gives as a column, in a condition, a Set, an Order or a hook, is one", columns},
	{"signs-in", "the users that Run makes are let in, or SignedInBy says how others are", signsIn},
}

// rules are about behaviour, on every engine.
var rules = []rule{
	{"no-session", "an operation that demands a session answers 401 UNAUTHORIZED, or a code of its own because of that, without one, with a forged and with an expired one; what is Owned is refused to who has none", noSession},
	{"foreign-origin", "a request with cookies, or to sign in, from a web page of another origin is refused with 403", foreignOrigin},
	{"open-redirect", "nobody is redirected, or mailed a link, to a place that is not trusted", openRedirect},
	{"hostile-bodies", "whatever a client sends, the answer is no failure of the server; what is malformed or too large is a 4xx", hostileBodies},
	{"ownership", "another user's ids are answered like missing ones, and what they name stays as it is", ownership},
	{"one-life", "what opens an account by the plugin, or will, ends when the address is proven for the first time, what is pending also when the user is banned, and nothing names a user who is gone", oneLife},
	{"looks-again", "a session that ended since it was read writes no way in: neither what the plugin declares as credentials or pending, nor accounts, sessions and addresses", looksAgain},
	{"schema", "tables and columns can be created on an empty database, again, beside rows of before the plugin, and under other names, and operations answer alike there", schema},
	{"typed-codes", "a code that a person types, a betterauth.TypedCode, is taken with spaces, without its hyphens and in full-width digits", typedCodes},
	{"answers", "an operation answers with its declared type, in JSON, without hidden columns", answers},
	{"errors-declared", "an error code that a client meets is declared by the operation or a manifest", errorsDeclared},
	{"one-winner", "what is good for one use is used once among any number of requests at the same time", oneWinner},
	{"concurrent", "operations can be called at the same time", concurrent},
	{"outage", "a database that does not answer is a 500 without its cause, never a success, a refusal or a sign-out", outage},
	{"fail-closed", "an error or a panic of a row hook stops the request with the constant 500 and leaves nothing half-done", failClosed},
	{"gates", "no session is made, and no success answered, when a gate refuses or panics", gates},
	{"two-instances", "two instances in one process share nothing", twoInstances},
	{"close", "Close succeeds and leaves no goroutine behind", closes},
	{"log", "no secret is logged", logs},
	{"traced", "who is refused leaves a line in the log, with the status", traced},
}
