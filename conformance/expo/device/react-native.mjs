// What the client asks of React Native: which platform it runs on, and whether the app is in front.
export const Platform = { OS: "ios" };
export const AppState = { currentState: "active", addEventListener: () => ({ remove() {} }) };
