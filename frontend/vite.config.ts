import { defineConfig } from "vite";

export default defineConfig({
  // Django serves the files under its own static address and copies frontend/static itself.
  base: "",
  publicDir: false,
  build: {
    manifest: "manifest.json",
    modulePreload: false,
    target: "baseline-widely-available",
    rolldownOptions: { input: ["src/main.ts", "src/staff.ts"] },
  },
});
