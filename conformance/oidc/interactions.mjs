// Login and consent: what a person does between a request for authorization and its answer.
import { consentPage, loginPage } from "./pages.mjs";

const limit = 16 * 1024; // bytes of a form

/** Answers a request for /interaction/UID: the page of what is asked next, or what its form sent. */
export async function answerInteraction(operator, request, response) {
  let asked;
  try {
    asked = await operator.provider.interactionDetails(request, response);
  } catch {
    return send(response, 400, "This page has expired.", "text/plain");
  }
  const action = `/interaction/${asked.uid}`;
  if (request.method === "GET") return send(response, 200, await pageFor(operator, asked, { action }));
  if (request.method !== "POST") return send(response, 405, "GET or POST", "text/plain");

  const form = await formOf(request);
  if (!form) return send(response, 413, "This form is too long.", "text/plain");
  if (form.get("decision") !== "allow") {
    return finish(operator, request, response, { error: "access_denied", error_description: "the person declined" });
  }
  if (asked.prompt.name === "consent") return finish(operator, request, response, { consent: await consent(operator, asked) });
  const login = form.get("login")?.trim();
  const second = wantsSecond(asked);
  if (!login || !form.get("password") || (second && !form.get("code"))) {
    return send(response, 200, await pageFor(operator, asked, { action, problem: "Fill in everything." }));
  }
  const { sub: accountId } = operator.accounts.of(login);
  const proven = second ? { acr: "2", amr: ["pwd", "otp"] } : { acr: "1", amr: ["pwd"] };
  return finish(operator, request, response, { select_account: {}, login: { accountId, ...proven } });
}

const finish = (operator, request, response, result) => operator.provider.interactionFinished(request, response, result);

// Step-up: who asks for level 2 wants more than a password.
const wantsSecond = ({ params }) => (params.acr_values ?? "").split(" ").includes("2");

async function pageFor(operator, asked, more) {
  const { params, prompt, session } = asked;
  const client = (await operator.provider.Client.find(params.client_id))?.clientName ?? params.client_id;
  if (prompt.name !== "consent") return loginPage({ ...more, client, hint: params.login_hint, second: wantsSecond(asked) });
  const account = await operator.accounts.find(undefined, session.accountId);
  const claims = (await account?.claims()) ?? {};
  return consentPage({ ...more, client, login: claims.name ?? session.accountId, scopes: prompt.details.missingOIDCScope ?? params.scope.split(" ") });
}

// Adds what was missing to what the client was granted before. Resolves to the result in oidc-provider's words.
async function consent({ provider }, { grantId, params, prompt: { details }, session }) {
  const grant = (grantId && (await provider.Grant.find(grantId))) || new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (details.missingOIDCScope) grant.addOIDCScope(details.missingOIDCScope.join(" "));
  if (details.missingOIDCClaims) grant.addOIDCClaims(details.missingOIDCClaims);
  return { grantId: await grant.save() };
}

async function formOf(request) {
  let text = "";
  for await (const part of request.setEncoding("utf8")) {
    text += part;
    if (text.length > limit) return undefined;
  }
  return new URLSearchParams(text);
}

const policy = "default-src 'none'; img-src 'self'; frame-ancestors 'none'";

function send(response, status, body, type = "text/html") {
  response.writeHead(status, { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store", "content-security-policy": policy }).end(body);
}
