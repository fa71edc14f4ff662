// Shows that a browser can use the pages of the OpenID provider, without scripts and without an error on its console.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { test } from "node:test";
import { discover } from "../oidc/client.mjs";
import { startProvider } from "../oidc/start.mjs";
import { launchVisitors } from "./driver.mjs";

test("a person signs in, declines, and signs out, with scripts off", async (t) => {
  const application = http.createServer((request, response) => response.writeHead(200, { "content-type": "text/html" }).end(`<h1>${request.method}</h1>`));
  application.listen(0, "localhost");
  await once(application, "listening");
  t.after(() => application.close().closeAllConnections());
  const redirect = `http://localhost:${application.address().port}/callback`;
  const provider = await startProvider(["--client", "app", "--secret", "hush", "--redirect", redirect, "--post-logout", redirect]);
  t.after(provider.stop);
  const app = await discover(provider.issuer, { id: "app", secret: "hush", redirect });
  const visitors = await launchVisitors();
  t.after(visitors.close);

  const { url, parameters, verifier } = app.request();
  const { page, errors } = await visitors.visit(url, { javaScriptEnabled: false });
  const press = (name) => page.getByRole("button", { name, exact: true }).click();
  const arrived = async () => {
    await page.waitForURL(`${redirect}**`);
    return new URL(page.url()).searchParams;
  };
  await page.getByLabel("Login name").fill("ada");
  await page.getByLabel("Password").fill("any");
  await press("Sign in");
  await page.getByRole("heading", { name: "Allow access" }).waitFor();
  assert.deepEqual(await page.getByRole("listitem").allInnerTexts(), ["openid", "email", "profile"]);
  await press("Allow");
  assert.equal((await arrived()).get("state"), parameters.state);
  const { body: tokens } = await app.exchange(page.url(), verifier);
  assert.equal((await app.verify(tokens.id_token)).sub, "subject-of-ada");

  await page.goto(app.request({ response_mode: "form_post" }).url);
  await press("Continue"); // with scripts the page would send itself
  await page.getByRole("heading", { name: "POST" }).waitFor();

  await page.goto(app.request({ prompt: "login" }).url);
  await press("Cancel");
  assert.equal((await arrived()).get("error"), "access_denied");

  await page.goto(`${app.metadata.end_session_endpoint}?${new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: redirect })}`);
  await press("Sign out");
  await arrived();
  assert.equal((await app.userInfo(tokens.access_token)).status, 401);
  await page.goto(app.request().url);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  assert.deepEqual(errors, []);
});
