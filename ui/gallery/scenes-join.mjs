// An invitation that was followed, in every state.
import { found } from "./data.mjs";
import { NO_ACCOUNT } from "./first-run.mjs";

/** @typedef {import("./scenes.mjs").Scene} Scene */
/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./stand-in.mjs").StandIn} StandIn */
/** @typedef {import("../src/generated/protocol").Language} Language */

const LINK = `dealbell://join?centre=${encodeURIComponent("https://bell.romashka.ru")}&code=${"0a".repeat(32)}`;

/** @param {Language} language */
const seen = (language) => ({
  ...found(language),
  account: "",
  host: "bell.romashka.ru",
  user: language === "ru" ? "Вера Ларина" : "Vera Larina",
  email: "vera@romashka.ru",
  invited_by: language === "ru" ? "Олег Панин" : "Oleg Panin",
  time_zone: "",
  rights: null,
  expires_at: null,
});

/** @param {Page} page @param {StandIn} standIn */
async function asked(page, standIn) {
  await page.getByTestId("sign-in").or(page.getByTestId("window")).first().waitFor();
  standIn.tell({ type: "show", page: { page: "join", link: LINK } });
  await page.getByTestId("join").waitFor();
}

/** @param {Page} page @param {StandIn} standIn */
async function follow(page, standIn) {
  await asked(page, standIn);
  await page.getByTestId("join-look").click();
}

/** @param {Page} page @param {StandIn} standIn */
async function refused(page, standIn) {
  await follow(page, standIn);
  await page.getByTestId("join-failed").waitFor();
}

/** @param {import("../src/generated/protocol").WindowErrorCode} code */
const failing = (code) => ({ ...NO_ACCOUNT(), fails: { check: code } });

/** @type {Scene[]} */
export const JOIN_SCENES = [
  { name: "join-ask", story: () => NO_ACCOUNT(), play: asked },
  {
    name: "join",
    story: (language) => ({ ...NO_ACCOUNT(), found: seen(language) }),
    play: async (page, standIn) => {
      await follow(page, standIn);
      await page.getByTestId("join-enter").waitFor();
    },
  },
  {
    name: "join-320",
    size: { width: 320, height: 480 },
    story: (language) => ({ ...NO_ACCOUNT(), found: { ...seen(language), user: "", invited_by: "", host: "notifications.very-long-name.romashka.example" } }),
    play: async (page, standIn) => {
      await follow(page, standIn);
      await page.getByTestId("join-enter").waitFor();
    },
  },
  { name: "join-looking", story: () => ({ ...NO_ACCOUNT(), silent: ["check"] }), play: follow },
  {
    name: "join-working",
    story: (language) => ({ ...NO_ACCOUNT(), found: seen(language), silent: ["enter"] }),
    play: async (page, standIn) => {
      await follow(page, standIn);
      await page.getByTestId("join-enter").click();
    },
  },
  { name: "join-used", story: () => failing("invitation_used"), play: refused },
  { name: "join-expired", story: () => failing("invitation_expired"), play: refused },
  { name: "join-unknown", story: () => failing("invitation_unknown"), play: refused },
  { name: "join-already-in", story: () => ({ fails: { check: /** @type {const} */ ("already_in") } }), play: refused },
  { name: "join-offline", story: () => failing("offline"), play: refused },
  { name: "join-managed", story: () => failing("managed"), play: refused },
  { name: "join-storage", story: () => failing("storage"), play: refused },
];
