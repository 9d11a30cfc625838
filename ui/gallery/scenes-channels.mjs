// The channels page in every state: table, letters, unsaved changes.
import { channels, withLetters } from "./data.mjs";
import { click } from "./play.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page */
async function toChannels(page) {
  await click("to-channels")(page);
  await page.getByTestId("master-switch").waitFor();
}

/** At the letters, where the hour of the digest is asked for. @param {Page} page */
async function toLetters(page) {
  await toChannels(page);
  await page.getByTestId("letters").scrollIntoViewIfNeeded();
}

/** @type {import("./scenes.mjs").Scene[]} */
export const CHANNEL_SCENES = [
  { name: "channels", published: true, play: toChannels },
  {
    name: "channels-dirty",
    story: (language) => ({ channels: { ...channels(language), deliverable: ["interface", "desktop", "email", "mobile", "browser"] } }),
    play: async (page) => {
      await toChannels(page);
      await click("channel-chats-email")(page);
    },
  },
  {
    name: "channels-off",
    play: async (page) => {
      await toChannels(page);
      await click("master-switch")(page);
    },
  },
  {
    name: "channels-saved",
    play: async (page) => {
      await toChannels(page);
      await click("channel-warehouse-desktop")(page);
      await click("save")(page);
    },
  },
  {
    name: "channels-conflict",
    play: async (page, standIn) => {
      await toChannels(page);
      await click("channel-chats-desktop")(page);
      standIn.channels = { ...standIn.channels, revision: 9 };
      await click("save")(page);
      await page.getByTestId("conflict").waitFor();
    },
  },
  {
    name: "channels-leave",
    play: async (page) => {
      await toChannels(page);
      await click("channel-chats-desktop")(page);
      await click("back")(page);
    },
  },
  { name: "channels-failed", story: () => ({ fails: { channels: "offline" } }), play: click("to-channels") },
  { name: "channels-360", size: { width: 360, height: 480 }, play: toChannels },
  { name: "channels-200-percent", size: { width: 210, height: 340 }, play: toChannels },
  { name: "channels-whole", size: { width: 420, height: 1_100 }, story: (language) => ({ channels: withLetters(language, { email: { mode: "daily", at: 1_080, zone: "Europe/Moscow" } }) }), play: toChannels },
  {
    name: "letters", published: true,
    story: (language) => ({ channels: withLetters(language) }),
    play: async (page) => {
      await toLetters(page);
      await click("letters-daily")(page);
      await page.getByTestId("letters-hour").selectOption("1080");
      await page.getByTestId("letters-zone").scrollIntoViewIfNeeded();
    },
  },
  { name: "letters-elsewhere", story: (language) => ({ channels: withLetters(language, { email: { mode: "daily", at: 1_095, zone: "Asia/Yekaterinburg" } }) }), play: async (page) => {
    await toLetters(page);
    await page.getByTestId("letters-test").scrollIntoViewIfNeeded();
  } },
  { name: "letters-nowhere", story: (language) => ({ channels: withLetters(language, { providers: channels(language).providers.map((row) => ({ ...row, channels: { ...row.channels, email: false } })) }) }), play: toLetters },
  { name: "letters-tested", story: (language) => ({ channels: withLetters(language) }), play: async (page) => {
    await toLetters(page);
    await click("letters-test")(page);
    await page.getByTestId("letters-tested").scrollIntoViewIfNeeded();
  } },
  { name: "letters-test-failed", story: (language) => ({ channels: withLetters(language), fails: { send_test: "unavailable" } }), play: async (page) => {
    await toLetters(page);
    await click("letters-test")(page);
    await page.getByTestId("letters-tested").scrollIntoViewIfNeeded();
  } },
  { name: "letters-testing", story: (language) => ({ channels: withLetters(language), silent: ["send_test"] }), play: async (page) => {
    await toLetters(page);
    await click("letters-test")(page);
  } },
  { name: "letters-360", size: { width: 360, height: 480 }, story: (language) => ({ channels: withLetters(language, { email: { mode: "daily", at: 540, zone: "Europe/Moscow" } }) }), play: toLetters },
  { name: "letters-200-percent", size: { width: 210, height: 340 }, story: (language) => ({ channels: withLetters(language, { email: { mode: "daily", at: 540, zone: "Europe/Moscow" } }) }), play: toLetters },
];
