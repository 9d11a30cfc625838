// The browser that the pages are looked at in.
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export function launch() {
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--font-render-hinting=none"],
    // Where fontconfig knows Inter, the window shows it as the desktop's font.
    env: { ...process.env, FONTCONFIG_FILE: fileURLToPath(new URL("./fonts.conf", import.meta.url)) },
  });
}
