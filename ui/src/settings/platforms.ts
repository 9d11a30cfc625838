// The systems a device can run, as they are drawn.
import type { IconName } from "../parts/Icon.svelte";

const ICONS: Record<string, IconName> = { linux: "terminal", windows: "panes", macos: "laptop", web: "globe" };

/** What stands for `platform`; one that never came, or is none of ours, is a screen. */
export function platformIcon(platform: string): IconName {
  return ICONS[platform] ?? "screen";
}

/** Whether it has a name in the texts. */
export function isNamed(platform: string): boolean {
  return platform in ICONS;
}
