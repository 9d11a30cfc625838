// A department's centre with browsers, a phone and a calendar, in both languages.
import { NOW, withLetters } from "./data.mjs";

/** @typedef {import("../src/generated/protocol").Language} Language */
/** @typedef {import("../src/generated/protocol").PushSubscriptionRow} PushSubscriptionRow */

/** The address of a calendar; another `version` is another secret. @param {number} version @returns {import("../src/generated/protocol").CalendarLink} */
export function calendarLink(version) {
  return { url: `https://bell.romashka.ru/v1/calendar/${String(version).repeat(4)}c0ffee5ca1ab1ec0deba5eba11fee1900d.ics` };
}

/** The `count`th way in. @param {number} count @returns {import("../src/generated/protocol").SignInLink} */
export function signInLink(count) {
  return { url: `https://bell.romashka.ru/app/#sign-in=${"dbl0a1b2c3d4e5f6".repeat(3)}${count}`, expires_at: NOW + 10 * 60_000 };
}

const DAY = 86_400_000;

/** Those of a manager: a browser at work, her phone, an old one that is off. @param {Language} language @returns {PushSubscriptionRow[]} */
export function subscriptions(language) {
  const russian = language === "ru";
  return [
    { id: "01KAHP1", channel: "browser", name: "Chrome, Windows", service: "fcm.googleapis.com", on: true, created_at: NOW - 40 * DAY, last_sent_at: NOW - 3 * 60_000, trouble: null, this: false },
    { id: "01KAHP2", channel: "mobile", name: russian ? "Телефон Анны" : "Anna's phone", service: "web.push.apple.com", on: true, created_at: NOW - 12 * DAY, last_sent_at: NOW - 1.1 * DAY, trouble: null, this: false },
    { id: "01KAHP3", channel: "browser", name: russian ? "Firefox на ноутбуке в переговорной второго этажа" : "Firefox on the laptop in the meeting room, second floor", service: "updates.push.services.mozilla.com", on: false, created_at: NOW - 300 * DAY, last_sent_at: NOW - 200 * DAY, trouble: null, this: false },
  ];
}

/** The same when none of them gets through, each for another reason. @param {Language} language @returns {PushSubscriptionRow[]} */
export function troubled(language) {
  /** @type {PushSubscriptionRow["trouble"][]} */
  const troubles = ["unreachable", "refused", "busy"];
  return subscriptions(language).map((row, at) => ({ ...row, on: true, trouble: troubles[at] ?? null, ...(at === 2 ? { service: "ntfy.romashka.ru", channel: /** @type {const} */ ("mobile"), name: "", last_sent_at: null } : {}) }));
}

/** As a centre tells them that pushes. @param {PushSubscriptionRow[]} rows @returns {import("../src/generated/protocol").PushDevices} */
export function pushing(rows) {
  return { key: "BPk", subscriptions: rows };
}

/** Channels of a centre that delivers everywhere. @param {Language} language @param {Partial<import("../src/generated/protocol").ChannelSettings>} [change] */
export function everywhere(language, change = {}) {
  return withLetters(language, { deliverable: ["interface", "desktop", "email", "mobile", "browser"], ...change });
}

/** Somebody of a department whose centre can do all of it. @param {import("./stand-in.mjs").Story} [story] */
export const reach = (story = {}) => (/** @type {Language} */ language) => ({
  channels: everywhere(language),
  push: pushing(subscriptions(language)),
  ...story,
  state: { way: /** @type {const} */ ("team"), account: "bell.romashka.ru", ...story.state },
});
