import { mergeConfig } from "vite";
import { defineConfig } from "vitest/config";
import window from "./vite.config.ts";

// A zone that changes its clocks, so that days of 23 and 25 hours are among the tests.
export default mergeConfig(window, defineConfig({ test: { include: ["tests/**/*.test.ts"], env: { TZ: "Europe/Berlin" }, css: true } }));
