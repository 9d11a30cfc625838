// Serves ui/dist as the app does, content security policy included, and axe beside it.
import axe from "axe-core";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const TYPES = /** @type {Record<string, string>} */ ({ ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".png": "image/png", ".webmanifest": "application/manifest+json" });
/** Where axe is. */
export const AXE = "/axe.js";
/** The app's own, with the stand-in's address in place of Tauri's. */
const POLICY = "default-src 'self'; connect-src ws://127.0.0.1:*; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** A centre's. */
const CENTRE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'";
/** Where a centre serves the page. */
export const APP = "app/";

/** @returns {Promise<{ url: string, close(): void }>} */
export async function serveDist() {
  const server = createServer((request, response) => {
    const asked = new URL(request.url ?? "/", "http://x").pathname;
    const served = asked.startsWith(`/${APP}`);
    const path = served ? asked.slice(APP.length) : asked;
    const file = path === "/" ? "/index.html" : path;
    // What is named by what it holds is read once.
    const kept = file.startsWith("/assets/") || file === AXE ? { "cache-control": "max-age=3600, immutable" } : {};
    const body = file === AXE ? Promise.resolve(axe.source) : readFile(DIST + file);
    body.then(
      (body) => response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "content-security-policy": served ? CENTRE_POLICY : POLICY, ...kept }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
