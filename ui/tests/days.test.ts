import { describe, expect, test } from "vitest";
import { dayHeading, daysBetween, secondsUntil, sinceOf, timeOf } from "../src/list/days";

const at = (text: string) => new Date(text).getTime();
const NOW = at("2026-11-21T14:58:20");

describe("day headings", () => {
  test("near days are words, farther ones dates, other years say so", () => {
    expect(dayHeading(at("2026-11-21T00:00:00"), NOW, "ru")).toEqual({ word: "today" });
    expect(dayHeading(at("2026-11-20T23:59:59"), NOW, "ru")).toEqual({ word: "yesterday" });
    expect(dayHeading(at("2026-11-19T12:00:00"), NOW, "ru")).toEqual({ date: "Четверг, 19 ноября" });
    expect(dayHeading(at("2026-11-12T12:00:00"), NOW, "ru")).toEqual({ date: "12 ноября" });
    expect(dayHeading(at("2026-11-12T12:00:00"), NOW, "en")).toEqual({ date: "12 November" });
    expect(dayHeading(at("2025-12-29T12:00:00"), NOW, "en")).toEqual({ date: "29 December 2025" });
  });

  test("what is dated tomorrow has a date, not a word of its own", () => {
    expect(dayHeading(at("2026-11-22T01:00:00"), NOW, "en")).toEqual({ date: "22 November" });
  });

  test("a day of 23 or 25 hours is one day", () => {
    // The suite runs in Berlin time: clocks went forward on 29 March, back on 25 October.
    expect(daysBetween(at("2026-03-28T12:00:00"), at("2026-03-29T12:00:00"))).toBe(1);
    expect(daysBetween(at("2026-10-24T23:30:00"), at("2026-10-25T23:30:00"))).toBe(1);
    expect(new Date(at("2026-03-29T12:00:00")).getTimezoneOffset()).toBe(-120);
  });
});

describe("times", () => {
  const said = (text: string, listed = text) => timeOf(at(text), at(listed), NOW, "ru");

  test("near ones are relative, far ones absolute", () => {
    expect(said("2026-11-21T14:57:30")).toEqual({ word: "now" });
    expect(said("2026-11-21T14:58:30")).toEqual({ word: "now" });
    expect(said("2026-11-21T14:55:20")).toEqual({ minutes: 3 });
    expect(said("2026-11-21T13:58:21")).toEqual({ minutes: 59 });
    expect(said("2026-11-21T13:58:20")).toEqual({ clock: "13:58" });
    expect(said("2026-11-20T09:05:00")).toEqual({ clock: "09:05" });
  });

  test("what happened on another day than it is listed under says which", () => {
    expect(said("2026-11-19T09:05:00", "2026-11-21T10:00:00")).toEqual({ clock: "19 нояб., 09:05" });
  });

  test("what lies ahead is absolute", () => {
    expect(said("2026-11-21T15:05:00")).toEqual({ clock: "15:05" });
  });
});

test("the countdown never says zero", () => {
  expect(secondsUntil(NOW + 7_400, NOW)).toBe(8);
  expect(secondsUntil(NOW - 500, NOW)).toBe(1);
});

test("how long ago: minutes, then the day and hour, then the date, with a year where it is another", () => {
  const said = (text: string) => sinceOf(at(text), NOW, "ru");
  expect(said("2026-11-21T14:58:21")).toEqual({ word: "now" });
  expect(said("2026-11-21T13:58:30")).toEqual({ minutes: 59 });
  expect(said("2026-11-21T13:58:20")).toEqual({ word: "today", clock: "13:58" });
  expect(said("2026-11-20T23:30:00")).toEqual({ word: "yesterday", clock: "23:30" });
  expect(said("2026-11-19T12:00:00")).toEqual({ date: "19 ноября" });
  expect(said("2025-12-29T12:00:00")).toEqual({ date: "29 декабря 2025 г." });
});
