// app.json, as the client reads it.
export default { expoConfig: { scheme: "myapp" }, platform: {} };
