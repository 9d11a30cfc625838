import { svelte } from "@sveltejs/vite-plugin-svelte";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { serviceWorker } from "./worker.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const { version } = JSON.parse(readFileSync(path("./package.json"), "utf8")) as { version: string };

export default defineConfig({
  // A centre may serve the page below any address.
  base: "./",
  plugins: [svelte(), serviceWorker(path("./src/sw/sw.ts"))],
  define: { __DEALBELL_VERSION__: JSON.stringify(version) },
  // One set of texts for tray, toasts, letters and window.
  resolve: {
    alias: { $locales: path("../crates/texts/locales") },
  },
  server: { fs: { allow: [".."] } },
  // Everything is its own file: the window's content security policy allows no data: script or style.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
