// What the page's button does: the official client's requests, without the client.
const button = document.querySelector("#sign-in, #sign-out");

button.addEventListener("click", async () => {
  const [path, body] = button.id === "sign-in"
    ? ["/sign-in/social", { provider: button.value, callbackURL: "/", errorCallbackURL: "/" }]
    : ["/sign-out", {}];
  const answer = await fetch(`/api/auth${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }).catch(() => undefined);
  if (!answer?.ok) {
    document.querySelector("#failed").hidden = false;
    return;
  }
  const { url } = await answer.json(); // at the provider; after signing out only if it has such a page
  location.assign(url ?? "/");
});
