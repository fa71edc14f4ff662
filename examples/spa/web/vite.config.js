import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The page's origin is in the Go server's TrustedOrigins, so its port is fixed.
export default defineConfig({
  plugins: [react()],
  server: { host: "localhost", port: 5173, strictPort: true },
  preview: { host: "localhost", port: 5173, strictPort: true },
});
