// The provider's own pages: forms in plain HTML, which work without scripts.

const escape = (text) => String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const page = (title, body) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title></head>
<body><main><h1>${escape(title)}</h1>
${body}
</main></body>
</html>
`;

/** The page that asks who somebody is. `second` also asks for a second proof; `hint` is the login name to begin with. */
export function loginPage({ action, client, hint = "", second, problem }) {
  return page("Sign in", `<p>${escape(client)} asks who you are.</p>
${problem ? `<p role="alert">${escape(problem)}</p>` : ""}
<form method="post" action="${escape(action)}">
<p><label>Login name <input name="login" value="${escape(hint)}" autocomplete="username" required autofocus></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
${second ? `<p><label>Code <input name="code" autocomplete="one-time-code" required></label></p>` : ""}
<p><button name="decision" value="allow">Sign in</button> <button name="decision" value="deny" formnovalidate>Cancel</button></p>
</form>`);
}

/** The page that asks whether a client may know what it asked for. */
export function consentPage({ action, client, login, scopes }) {
  return page("Allow access", `<p>${escape(client)} wants to know about ${escape(login)}:</p>
<ul>${scopes.map((scope) => `<li>${escape(scope)}</li>`).join("")}</ul>
<form method="post" action="${escape(action)}">
<p><button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></p>
</form>`);
}

const html = (ctx, title, body) => {
  ctx.type = "html";
  ctx.body = page(title, body);
};
const nameOf = (client) => client?.clientName ?? client?.clientId;

/** The pages that oidc-provider asks for itself, in the form of its options. */
export const pages = {
  error: async (ctx, { error, error_description: description = "" }) => html(ctx, "This did not work", `<p role="alert"><code>${escape(error)}</code> ${escape(description)}</p>`),
  // The form is the library's and holds what belongs to the session; the buttons are ours.
  signOut: async (ctx, form) => html(ctx, "Sign out", `${form}
<p>${escape(nameOf(ctx.oidc.client) ?? "An application")} asks whether you want to sign out here as well.</p>
<p><button form="op.logoutForm" name="logout" value="yes">Sign out</button> <button form="op.logoutForm">Stay signed in</button></p>`),
  signedOut: async (ctx) => html(ctx, "Signed out", "<p>You are signed out.</p>"),
};
