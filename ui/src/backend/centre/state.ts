// The window's state in a browser: what the page shows besides rows.
import type { ChannelSettings, Connection, DeviceSettings, Language, LanguageChoice, Me, ThemeChoice, Update, WindowState } from "../../generated/protocol";
import { systemLanguage } from "../../texts/locale";
import { quietUntil } from "./hours";

/** What a desktop can choose and a browser has no part in. */
const NONE: DeviceSettings = {
  content: "all",
  hide_while_sharing: false,
  respect_system_quiet: false,
  stay_when_due: false,
  sounds: false,
  sound_of: {},
  start_at_login: false,
  shortcut: null,
  proxy: { by: "system" },
  ca_file: null,
  keep_days: 0,
  linger_secs: 0,
  log_level: "info",
};

export interface Known {
  me: Me | null;
  connection: Connection;
  unread: number;
  channels: ChannelSettings | null;
  update: Update | null;
  look: Look;
}

export function stateOf({ me, connection, unread, channels, update, look }: Known, now: number): WindowState {
  const quiet = channels && quietUntil(channels.quiet, now);
  const account = me?.email ?? "";
  return {
    way: me ? "team" : null,
    account,
    access: null,
    connection,
    unread,
    language: spoken(look.language),
    language_choice: look.language,
    theme: look.theme,
    troubles: [],
    reading: null,
    accounts: me ? [{ key: "web", label: account, way: "team", unread, connection }] : [],
    current: me ? "web" : null,
    providers: channels?.providers.map(({ channels: _, ...provider }) => provider) ?? [],
    quiet: quiet ? { by: "hours", until: quiet } : null,
    settings: NONE,
    managed: [],
    managed_centre: null,
    update,
    version: __DEALBELL_VERSION__,
  };
}

/** Language and theme in this browser. */
export interface Look {
  language: LanguageChoice;
  theme: ThemeChoice;
}

const LOOK = "dealbell-look";

export function keptLook(): Look {
  try {
    const kept = JSON.parse(localStorage.getItem(LOOK) ?? "{}") as Partial<Look>;
    return {
      language: kept.language === "ru" || kept.language === "en" ? kept.language : "system",
      theme: kept.theme === "light" || kept.theme === "dark" ? kept.theme : "system",
    };
  } catch {
    return { language: "system", theme: "system" };
  }
}

export function keepLook(look: Look): void {
  try {
    localStorage.setItem(LOOK, JSON.stringify(look));
  } catch {
    // A browser that keeps nothing forgets it with the page.
  }
}

function spoken(choice: LanguageChoice): Language {
  return choice === "system" ? systemLanguage() : choice;
}
