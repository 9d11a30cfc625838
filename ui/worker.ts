// Builds the service worker beside the page: a script of its own that knows which files the page is made of.
import { createHash } from "node:crypto";
import { build, type Plugin } from "vite";

/** Files that are no part of the page's shell: the worker itself, and what only an install dialogue looks at. */
const ELSEWHERE = /^(sw\.js|icons\/|manifest)/;

export function serviceWorker(entry: string): Plugin {
  let files: string[] = [];
  let version = "";
  return {
    name: "dealbell-service-worker",
    apply: "build",
    generateBundle(_, bundle) {
      files = Object.keys(bundle).filter((file) => !ELSEWHERE.test(file)).sort();
      const hash = createHash("sha256");
      for (const file of files) {
        const output = bundle[file];
        hash.update(file).update(output?.type === "asset" ? output.source : (output?.code ?? ""));
      }
      version = hash.digest("hex").slice(0, 16);
    },
    async closeBundle() {
      const { config } = this.environment;
      await build({
        configFile: false,
        root: config.root,
        logLevel: "warn",
        publicDir: false,
        resolve: { alias: config.resolve.alias },
        define: { __SHELL__: JSON.stringify(files), __SHELL_VERSION__: JSON.stringify(version) },
        build: {
          outDir: config.build.outDir,
          emptyOutDir: false,
          rollupOptions: { input: entry, output: { format: "iife", entryFileNames: "sw.js" } },
        },
      });
    },
  };
}
