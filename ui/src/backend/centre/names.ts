// What this browser calls itself, for people who look at their list of devices.

const BROWSERS: [RegExp, string][] = [
  [/YaBrowser\//, "Yandex"],
  [/Edg(A|iOS)?\//, "Edge"],
  [/OPR\//, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\//, "Chrome"],
  [/Safari\//, "Safari"],
];

const SYSTEMS: [RegExp, string][] = [
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/CrOS/, "ChromeOS"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];

/** `Chrome, Windows`; empty where nothing is known. */
export function browserName(agent: string): string {
  const named = (known: [RegExp, string][]) => known.find(([pattern]) => pattern.test(agent))?.[1];
  return [named(BROWSERS), named(SYSTEMS)].filter(Boolean).join(", ");
}

/** Whether it is a phone's or a tablet's. An iPad says it is a Mac, but a Mac has no touch. */
export function isMobile(agent: string, touches: number): boolean {
  return /Android|iPhone|iPad/.test(agent) || isApple(agent, touches);
}

/** Whether it is an iPhone or iPad, where push needs the page on the home screen. */
export function isApple(agent: string, touches: number): boolean {
  return /iPhone|iPad/.test(agent) || (/Macintosh/.test(agent) && touches > 1);
}
