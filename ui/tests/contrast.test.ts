// LOOK: text at least 4.5 : 1, icons and focus rings at least 3 : 1, in both themes.
import { describe, expect, test } from "vitest";
import css from "../src/styles/tokens.css?raw";

const tokens = new Map([...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [name, { light, dark }]));

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const part = parseInt(colour.slice(i, i + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(front: string, back: string, theme: "light" | "dark"): number {
  const [a, b] = [front, back].map((name) => luminance(tokens.get(name)?.[theme] ?? "#missing"));
  return (Math.max(a!, b!) + 0.05) / (Math.min(a!, b!) + 0.05);
}

const TEXT = [
  ...["ground", "raised", "sunken"].flatMap((back) => ["text", "text-second", "accent-text"].map((front) => [front, back])),
  ...["red-soft", "due-soft", "green-soft"].map((back) => ["text", back]),
  ...["ground", "sunken", "green-soft"].map((back) => ["green", back]),
  ["on-accent", "accent"],
  ["on-accent", "accent-strong"],
  ["on-red", "red"],
  ...["ground", "sunken"].map((back) => ["red", back]),
  ["text", "accent-soft"],
  ["text-second", "control-off"],
];
const SHAPES = [
  ...["due", "red", "green", "violet", "quiet"].map((tone) => [tone, `${tone}-soft`]),
  ["accent-text", "accent-soft"],
  ...["ground", "sunken", "raised"].flatMap((back) => ["accent", "control-line"].map((front) => [front, back])),
];

describe.each(["light", "dark"] as const)("%s", (theme) => {
  test.each(TEXT)("%s on %s can be read", (front, back) => {
    expect(contrast(front!, back!, theme)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(SHAPES)("%s on %s can be told apart", (front, back) => {
    expect(contrast(front!, back!, theme)).toBeGreaterThanOrEqual(3);
  });
});
