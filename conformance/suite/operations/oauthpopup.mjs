export default {
  oauthPopupStart: ["GET /oauth-popup/start", ["VALIDATION_ERROR", "INVALID_ORIGIN"]],
};
