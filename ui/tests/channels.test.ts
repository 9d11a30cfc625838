import { expect, test } from "vitest";
import { changes, draftOf, rebase } from "../src/channels/draft";
import { isNewAndDue, limits } from "../src/channels/limits";
import { ChannelsModel } from "../src/channels/model.svelte";
import type { ChannelSettings, WindowRequest } from "../src/generated/protocol";

const OFF = { desktop: false, email: false, mobile: false, browser: false };
const saved = (revision: number, change: Partial<ChannelSettings> = {}): ChannelSettings => ({
  revision,
  receive: true,
  deliverable: ["interface", "desktop"],
  quiet: { on: false, zone: "", spans: [] },
  email: { mode: "at_once", at: 540, zone: "" },
  push: { hold_back: false },
  kinds: [],
  providers: [
    { id: "tasks", name: "", channels: { ...OFF, desktop: true } },
    { id: "mango", name: "Mango", channels: { ...OFF } },
  ],
  ...change,
});

test("nothing changed is nothing to save, and so is a change taken back", () => {
  const draft = draftOf(saved(1));
  expect(changes(saved(1), draft)).toBeNull();
  draft.providers["tasks"]!.desktop = false;
  expect(changes(saved(1), draft)).not.toBeNull();
  draft.providers["tasks"]!.desktop = true;
  expect(changes(saved(1), draft)).toBeNull();
});

test("only providers that differ are sent, with all their channels", () => {
  const draft = draftOf(saved(1));
  draft.providers["mango"]!.desktop = true;
  expect(changes(saved(1), draft)).toEqual({ receive: true, providers: { mango: { ...OFF, desktop: true } }, quiet: null, email: null });
  expect(changes(saved(1), { ...draftOf(saved(1)), receive: false })).toEqual({ receive: false, providers: {}, quiet: null, email: null });
});

test("a draft does not share the saved channels", () => {
  const settings = saved(1);
  draftOf(settings).providers["tasks"]!.desktop = false;
  expect(settings.providers[0]!.channels.desktop).toBe(true);
});

test("my changes go on top of what another device saved, and only those", () => {
  const draft = draftOf(saved(1));
  draft.providers["mango"]!.desktop = true;
  const theirs = saved(2, {
    receive: false,
    providers: [
      { id: "mango", name: "Mango", channels: { ...OFF, browser: true } },
      { id: "new", name: "New", channels: { ...OFF } },
    ],
  });
  expect(rebase(draft, saved(1), theirs)).toEqual({
    receive: false,
    providers: { mango: { ...OFF, browser: true, desktop: true }, new: OFF },
    quiet: { on: false, zone: "", spans: [] },
    email: { mode: "at_once", at: 540, zone: "" },
    push: { hold_back: false },
  });
});

test("what browsers and phones do beside a desktop is saved only where it differs, and mine goes on top of theirs", () => {
  const draft = draftOf(saved(1));
  draft.push.hold_back = true;
  expect(changes(saved(1), draft)).toEqual({ receive: true, providers: {}, quiet: null, email: null, push: { hold_back: true } });
  expect(rebase(draft, saved(1), saved(2, { receive: false }))).toMatchObject({ receive: false, push: { hold_back: true } });
  expect(rebase(draftOf(saved(1)), saved(1), saved(2, { push: { hold_back: true } })).push).toEqual({ hold_back: true });
});

test("quiet hours are saved only where they differ, and mine go on top of theirs", () => {
  const draft = draftOf(saved(1));
  draft.quiet = { on: true, zone: "Europe/Moscow", spans: [{ days: [1], from: 60, to: 120 }] };
  expect(changes(saved(1), draft)?.quiet).toEqual(draft.quiet);
  const theirs = saved(2, { quiet: { on: false, zone: "UTC", spans: [] } });
  expect(rebase(draft, saved(1), theirs).quiet).toEqual(draft.quiet);
  expect(rebase(draftOf(saved(1)), saved(1), theirs).quiet.zone).toBe("UTC");
});

test("letters are saved only where they differ, and mine go on top of theirs", () => {
  const draft = draftOf(saved(1));
  draft.email = { mode: "daily", at: 1_080, zone: "Europe/Moscow" };
  expect(changes(saved(1), draft)).toEqual({ receive: true, providers: {}, quiet: null, email: draft.email });
  const theirs = saved(2, { email: { mode: "at_once", at: 600, zone: "UTC" } });
  expect(rebase(draft, saved(1), theirs).email).toEqual(draft.email);
  expect(rebase(draftOf(saved(1)), saved(1), theirs).email.at).toBe(600);
});

test("the hour of the letters goes by this computer's clock from the first choice on, and stays with a chosen one", async () => {
  const heard: WindowRequest[] = [];
  const model = new ChannelsModel({
    place: "desktop",
    call: (request) => Promise.resolve((heard.push(request), { type: "channels", channels: saved(1) })),
    listen: () => undefined,
    holdClose: () => () => undefined,
  });
  await model.load();
  model.setEmail("daily", 1_080, "Asia/Omsk");
  model.setEmail("daily", 1_110, "Europe/Riga");
  await model.save();
  expect(heard.at(-1)).toMatchObject({ type: "save_channels", settings: { email: { mode: "daily", at: 1_110, zone: "Asia/Omsk" } } });
});

test("kinds that stay off a channel are told of where the centre delivers", () => {
  const kinds = (["task_overdue", "task_completed"] as const).map((kind) => ({ provider: "tasks", kind, channels: { desktop: true, email: false, mobile: true, browser: true } }));
  expect(limits(saved(1, { kinds }))).toEqual([]);
  const [limit, ...others] = limits(saved(1, { kinds, deliverable: ["interface", "desktop", "email"] }));
  expect([limit, others]).toEqual([{ provider: "tasks", channel: "email", kinds: ["task_overdue", "task_completed"] }, []]);
  expect(isNewAndDue(limit!)).toBe(true);
  expect(isNewAndDue({ ...limit!, kinds: ["task_completed"] })).toBe(false);
});
