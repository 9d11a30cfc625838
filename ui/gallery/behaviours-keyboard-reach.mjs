// Browsers, phones and the calendar without a mouse.
import assert from "node:assert/strict";
import { reach } from "./data-reach.mjs";
import { Keys } from "./keys.mjs";

/** @typedef {import("./behaviours.mjs").Behaviour} Behaviour */
/** @typedef {import("./stand-in.mjs").StandIn} StandIn */

/** @param {StandIn} standIn @param {string} type */
const heard = (standIn, type) => standIn.heard.filter((request) => request.type === type);

/** @type {Behaviour[]} */
export const REACH_KEYBOARD = [
  {
    name: "browsers and phones without a mouse: the way in, a code, switches, a test, the way out, what rings beside a desktop",
    story: reach(),
    check: async (page, standIn) => {
      const keys = await Keys.begin(page, "browsers");
      await keys.to("to-channels");
      await keys.press("Enter");
      await page.getByTestId("browsers").waitFor();

      // This computer's browser; then a code, which goes again and leaves the keyboard where it was asked for.
      await keys.to("open-inbox");
      await keys.press("Enter");
      await page.getByTestId("inbox-opened").getByText("вы там уже вошли").waitFor();
      assert.equal(heard(standIn, "open_inbox").length, 1);
      await keys.to("show-code");
      await keys.press("Enter");
      await page.getByTestId("qr").waitFor();
      await keys.to("code-copy");
      await keys.press("Enter");
      await page.getByTestId("code").getByRole("status").getByText("Скопировано").waitFor({ state: "attached" });
      assert.equal(await keys.at(), "code-copy");
      await keys.to("code-new");
      await keys.press("Enter");
      await page.waitForFunction(() => document.querySelector('[data-testid="qr"]') !== null);
      assert.equal(heard(standIn, "sign_in_link").length, 2);
      await keys.see("code");
      await keys.to("code-hide");
      await keys.press("Enter");
      await keys.comes("show-code");

      // One is switched off, another tried; a third refuses to go, then goes. The next one has the keyboard then.
      await keys.to("push-switch-01KAHP1");
      await keys.press("Space");
      await page.getByTestId("push-test-01KAHP1").waitFor({ state: "detached" });
      assert.deepEqual(heard(standIn, "switch_push").at(-1), { type: "switch_push", id: "01KAHP1", on: false });
      await keys.to("push-test-01KAHP2");
      await keys.press("Enter");
      await page.getByTestId("push-tested-01KAHP2").getByText("Отправили").waitFor();
      await keys.to("push-remove-01KAHP2");
      await keys.press("Enter");
      await keys.see("sure");
      await keys.press("Escape");
      await keys.comes("push-remove-01KAHP2");
      standIn.story = { ...standIn.story, fails: { remove_push: "offline" } };
      await keys.press("Enter");
      await keys.to("push-remove-sure");
      await keys.press("Enter");
      await page.getByTestId("push-refused").waitFor();
      await keys.comes("push-remove-01KAHP2");
      standIn.story = { ...standIn.story, fails: {} };
      await keys.press("Enter");
      await keys.to("push-remove-sure");
      await keys.press("Enter");
      await page.getByTestId("push-remove-01KAHP2").waitFor({ state: "detached" });
      await keys.comes("push-remove-01KAHP3");

      // What rings beside a desktop counts from Save on.
      await keys.to("hold-back");
      await keys.press("Space");
      assert.equal(heard(standIn, "save_channels").length, 0);
      await keys.to("save");
      await keys.press("Enter");
      await page.getByTestId("saved").waitFor();
      const saved = heard(standIn, "save_channels").at(-1);
      assert.deepEqual(saved?.type === "save_channels" && saved.settings.push, { hold_back: true });
      await keys.end("Browsers and phones: the way in, a code, switches, a test, the way out, what rings beside a desktop");
    },
  },
  {
    name: "the calendar without a mouse: copied, opened, another address after a question",
    story: reach(),
    check: async (page, standIn) => {
      const keys = await Keys.begin(page, "calendar");
      await keys.to("to-channels");
      await keys.press("Enter");
      await page.getByTestId("calendar-copy").waitFor();
      await keys.to("calendar-copy");
      await keys.press("Enter");
      await page.getByTestId("calendar").getByRole("status").getByText("Скопировано").waitFor({ state: "attached" });
      await keys.to("calendar-open");
      await keys.press("Enter");
      await page.getByTestId("calendar-said").getByText("Передали").waitFor();
      assert.equal(heard(standIn, "open_calendar").length, 1);
      await keys.to("calendar-renew");
      await keys.press("Enter");
      await keys.see("sure");
      await keys.press("Escape");
      await keys.comes("calendar-renew");
      assert.equal(heard(standIn, "renew_calendar").length, 0);
      await keys.press("Enter");
      await keys.to("calendar-renew-sure");
      await keys.press("Enter");
      await page.getByTestId("calendar-said").getByText("Адрес новый").waitFor();
      await keys.comes("calendar-renew");
      assert.equal(heard(standIn, "renew_calendar").length, 1);
      await keys.end("The calendar: copied, opened, another address after a question");
    },
  },
];
