// A day of toast decisions and of the link, for the diagnostics page.
import { NOW } from "./data.mjs";

/** @typedef {import("../src/generated/protocol").ToastOutcome} ToastOutcome */

/** @type {(ToastOutcome | null)[]} */
const OUTCOMES = [
  { outcome: "shown" },
  { outcome: "replaced" },
  { outcome: "suppressed", by: "quiet_hours" },
  { outcome: "suppressed", by: "channel" },
  { outcome: "suppressed", by: "do_not_disturb" },
  { outcome: "coalesced" },
  { outcome: "failed", why: "no_daemon" },
  { outcome: "suppressed", by: "silent" },
];

/** @param {import("./data.mjs").Notification[]} rows @returns {import("../src/generated/protocol").Diagnostics} */
export function diagnostics(rows) {
  return {
    log_file: "/home/anna/.local/share/com.dealbell.desktop/logs/dealbell.2026-11-21.log",
    connections: [
      { at: NOW - 60_000, event: { what: "online" } },
      { at: NOW - 69_000, event: { what: "lost", code: 1006, retry_ms: 8_000 } },
      { at: NOW - 3_600_000, event: { what: "online" } },
      { at: NOW - 3_601_000, event: { what: "woke" } },
      { at: NOW - 3_640_000, event: { what: "network_changed" } },
      { at: NOW - 7_200_000, event: { what: "started" } },
    ],
    decisions: rows.slice(0, 8).map((row, at) => ({ at: row.at, notification: row.id, title: row.title, provider: row.provider, outcome: OUTCOMES[at] ?? null })),
  };
}

export const REPORT = `Dealbell 0.1.0
system: linux x86_64, desktop "GNOME", session "wayland"
accounts: [Solo]
troubles: []

connections, newest first (UTC)
2026-11-21T10:59:00Z online
2026-11-21T10:58:51Z lost (1006), next try after 8000 ms
`;
