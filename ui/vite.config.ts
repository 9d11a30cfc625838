import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [svelte()],
  // One set of texts for tray, toasts, letters and window.
  resolve: {
    alias: { $locales: fileURLToPath(new URL("../crates/texts/locales", import.meta.url)) },
  },
  server: { fs: { allow: [".."] } },
  // Everything is its own file: the window's content security policy allows no data: script or style.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
