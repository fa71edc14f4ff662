const code = "PASSWORD_COMPROMISED";

export default {
  signUpEmail: ["POST /sign-up/email", [code, "Failed to check password. Status: 503", "Failed to check password. Please try again later."]],
  changePassword: ["POST /change-password", [code]],
  resetPassword: ["POST /reset-password", [code]],
};
