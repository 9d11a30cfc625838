import { expect, test } from "vitest";
import { changes, draftOf, rebase } from "../src/channels/draft";
import type { ChannelSettings } from "../src/generated/protocol";

const OFF = { desktop: false, email: false, mobile: false, browser: false };
const saved = (revision: number, change: Partial<ChannelSettings> = {}): ChannelSettings => ({
  revision,
  receive: true,
  deliverable: ["interface", "desktop"],
  quiet: { on: false, zone: "", spans: [] },
    email: { mode: "at_once", at: 540, zone: "" },
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
    kinds: [],
  });
});

test("quiet hours are saved only where they differ, and mine go on top of theirs", () => {
  const draft = draftOf(saved(1));
  draft.quiet = { on: true, zone: "Europe/Moscow", spans: [{ days: [1], from: 60, to: 120 }] };
  expect(changes(saved(1), draft)?.quiet).toEqual(draft.quiet);
  const theirs = saved(2, { quiet: { on: false, zone: "UTC", spans: [] } });
  expect(rebase(draft, saved(1), theirs).quiet).toEqual(draft.quiet);
  expect(rebase(draftOf(saved(1)), saved(1), theirs).quiet.zone).toBe("UTC");
});
