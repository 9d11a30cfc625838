// Into an account without a mouse: the demo, a token, OAuth, a team's centre, what goes wrong on the way, and a second account.
import assert from "node:assert/strict";
import { channels, devices } from "./data.mjs";
import { Keys } from "./keys.mjs";
import { NO_ACCOUNT } from "./first-run.mjs";

/** @typedef {import("./behaviours.mjs").Behaviour} Behaviour */
/** @typedef {import("./stand-in.mjs").StandIn} StandIn */

/** @param {StandIn} standIn @param {string} type */
const heard = (standIn, type) => standIn.heard.filter((request) => request.type === type);

/** @param {StandIn} standIn @param {NonNullable<import("./stand-in.mjs").Story["fails"]>} fails */
function failing(standIn, fails) {
  standIn.story = { ...standIn.story, fails };
}

/** @type {import("../src/generated/protocol").AccountRow[]} */
const TWO = [
  { key: "solo:romashka.amocrm.ru", label: "romashka.amocrm.ru", way: "solo", unread: 3, connection: { state: "online" } },
  { key: "team:bell.lutik-mebel.ru", label: "bell.lutik-mebel.ru", way: "team", unread: 12, connection: { state: "online" } },
];

/** @type {Behaviour[]} */
export const SIGN_IN_KEYBOARD = [
  {
    name: "first run without a mouse: the demo, and the permission to notify",
    story: NO_ACCOUNT,
    check: async (page, standIn) => {
      const keys = await Keys.begin(page, "first-run");
      failing(standIn, { check: "offline" });
      await keys.press("Tab");
      assert.equal(await keys.at(), "way-demo");
      await keys.press("Enter");
      await page.getByRole("alert").waitFor();
      assert.equal(await keys.at(), "way-demo");
      await keys.see("offline");
      failing(standIn, {});
      await keys.press("Enter");
      await page.getByTestId("empty").waitFor();
      await keys.comes("filter-all");

      // The system has not said yes yet.
      failing(standIn, { ask_permission: "not_permitted" });
      standIn.state = { ...standIn.state, troubles: ["not_permitted"] };
      standIn.tell({ type: "state", state: standIn.state });
      await page.getByTestId("ask-permission").waitFor();
      await keys.to("ask-permission");
      await keys.see("permission");
      await keys.press("Enter");
      await page.getByTestId("notice").getByText("не разрешает").waitFor();
      failing(standIn, {});
      await keys.press("Enter");
      assert.equal(heard(standIn, "ask_permission").length, 2);
      standIn.state = { ...standIn.state, troubles: [] };
      standIn.tell({ type: "state", state: standIn.state });
      await page.getByTestId("ask-permission").waitFor({ state: "detached" });
      await keys.press("Tab");
      await keys.end("First run: the demo, and the permission to notify");
    },
  },
  {
    name: "signing in without a mouse: by token, by OAuth, in a team",
    story: NO_ACCOUNT,
    check: async (page, standIn) => {
      const keys = await Keys.begin(page, "sign-in");
      await keys.to("way-solo");
      await keys.press("Enter");
      await keys.comes("address");

      // By token: nothing filled in, a wrong one, where to find it, and one that fits.
      await keys.to("submit");
      await keys.press("Enter");
      await keys.comes("address");
      await keys.type("romashka");
      await keys.press("Tab");
      assert.equal(await keys.at(), "where-address");
      await keys.press("Enter");
      assert.equal(await page.getByTestId("where-address").getAttribute("open"), "");
      await keys.see("where");
      await keys.press("Space");
      await keys.to("token");
      await keys.type("secret");
      failing(standIn, { check: "token_refused" });
      await keys.press("Enter");
      await page.getByTestId("signin-error").waitFor();
      await keys.comes("token");
      await keys.see("wrong-token");

      // By OAuth instead: every field by Tab, a code that is too old, and back to what was typed before.
      await keys.to("by-oauth", "Shift+Tab");
      await keys.press("Enter");
      for (const [field, text] of [["integration", "6a2d4741-11aa"], ["secret", "PZp1wm7V"], ["redirect", "https://romashka.ru/amo"], ["code", "def50200"]]) {
        await keys.to(field ?? "");
        await keys.type(text ?? "");
      }
      failing(standIn, { check: "code_expired" });
      await keys.press("Enter");
      await page.getByTestId("signin-error").waitFor();
      await keys.comes("code");
      await keys.see("old-code");
      failing(standIn, {});
      await keys.to("submit");
      await keys.press("Enter");
      await keys.comes("found");
      await keys.see("found");
      assert.deepEqual(heard(standIn, "check").at(-1), {
        type: "check",
        way: { way: "solo", address: "romashka", access: { by: "oauth", integration: "6a2d4741-11aa", secret: "PZp1wm7V", redirect_uri: "https://romashka.ru/amo", code: "def50200" } },
      });
      await keys.to("found-back");
      await keys.press("Enter");
      await keys.comes("submit");
      await keys.press("Escape");
      await keys.comes("way-solo");

      // In a team: a token nobody knows, then one that fits.
      await keys.to("way-team");
      await keys.press("Enter");
      await keys.comes("address");
      await keys.type("https://bell.romashka.ru");
      await keys.to("token");
      await keys.type("dbd_secret");
      failing(standIn, { check: "token_refused" });
      await keys.press("Enter");
      await page.getByTestId("signin-error").waitFor();
      await keys.comes("token");
      failing(standIn, {});
      await keys.press("Enter");
      await keys.comes("found");
      failing(standIn, { enter: "check_again" });
      await keys.to("enter");
      await keys.press("Enter");
      await page.getByTestId("signin-error").waitFor();
      await keys.see("again");
      // What was checked is too old: the form again, with everything in it.
      await keys.comes("submit");
      failing(standIn, {});
      await keys.press("Enter");
      await keys.comes("found");
      await keys.press("Enter");
      await page.getByTestId("empty").waitFor();
      assert.equal(heard(standIn, "enter").length, 2);
      await keys.see("in");
      await keys.end("Signing in: by token, by OAuth, in a team");
    },
  },
  {
    name: "accounts without a mouse: another one shown, one more added, one left",
    story: (language) => ({ channels: channels(language), devices: devices(language), state: { way: "solo", account: "romashka.amocrm.ru", accounts: TWO, current: "solo:romashka.amocrm.ru" } }),
    check: async (page, standIn) => {
      const keys = await Keys.begin(page, "accounts");
      await keys.to("switcher");
      await keys.press("ArrowDown");
      await page.waitForFunction(() => /** @type {HTMLSelectElement} */ (document.querySelector('[data-testid="switcher"]')).selectedIndex === 1);
      assert.deepEqual(heard(standIn, "use_account").at(-1), { type: "use_account", key: "team:bell.lutik-mebel.ru" });
      await keys.see("switched");
      await keys.to("to-channels");
      await keys.press("Enter");
      await keys.comes("tab-channels");
      await keys.press("Tab");
      await keys.press("Enter");
      await page.getByTestId("settings").waitFor();
      assert.equal(await keys.at(), "tab-settings");
      await keys.to("use-team:bell.lutik-mebel.ru");
      await keys.press("ArrowUp");
      assert.equal(await keys.at(), "use-solo:romashka.amocrm.ru");
      await page.waitForFunction(() => /** @type {HTMLInputElement} */ (document.activeElement).checked);
      assert.deepEqual(heard(standIn, "use_account").at(-1), { type: "use_account", key: "solo:romashka.amocrm.ru" });

      // One more: the ways, and back without one.
      await keys.to("add-account");
      await keys.press("Enter");
      await page.getByTestId("sign-in").waitFor();
      await keys.comes("way-demo");
      await keys.see("one-more");
      await keys.press("Escape");
      await page.getByTestId("list").waitFor();

      // One less: not, and then yes.
      await keys.to("to-channels");
      await keys.press("Enter");
      await keys.to("tab-settings");
      await keys.press("Enter");
      await keys.to("sign-out");
      await keys.press("Enter");
      await keys.see("sure");
      await keys.press("Escape");
      await keys.comes("sign-out");
      await keys.press("Enter");
      await keys.to("sign-out-sure-not");
      await keys.press("Enter");
      await keys.comes("sign-out");
      assert.equal(heard(standIn, "sign_out").length, 0);
      await keys.press("Enter");
      await keys.to("sign-out-sure");
      await keys.press("Enter");
      await keys.comes("sign-out");
      assert.equal(heard(standIn, "sign_out").length, 1);
      await keys.press("Escape");
      await keys.comes("to-channels");
      await keys.end("Accounts: another one shown, one more added, one left");
    },
  },
];
