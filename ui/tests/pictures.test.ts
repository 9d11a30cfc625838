import { expect, test } from "vitest";
import type { Backend } from "../src/backend/backend";
import type { WindowAnswer, WindowRequest } from "../src/generated/protocol";
import { Pictures } from "../src/parts/pictures.svelte";

test("a picture is asked for once for each tag, and again where the asking failed", async () => {
  const heard: WindowRequest[] = [];
  let answer: WindowAnswer = { type: "failed", code: "offline" };
  const backend = { call: (request: WindowRequest) => (heard.push(request), Promise.resolve(answer)) } as unknown as Backend;
  const pictures = new Pictures(backend);
  const of = (icon?: string) => pictures.of({ id: "kassa", name: "Касса", ...(icon ? { icon } : {}) });
  expect(of()).toBeNull();
  expect(heard).toHaveLength(0);

  expect(of("a1")).toBeNull();
  await Promise.resolve();
  answer = { type: "provider_icon", data: "data:image/png;base64,AA" };
  expect(of("a1")).toBeNull();
  await Promise.resolve();
  expect(of("a1")).toBe("data:image/png;base64,AA");
  expect(of("b2")).toBeNull();
  await Promise.resolve();
  expect(heard).toEqual(["a1", "a1", "b2"].map((icon) => ({ type: "provider_icon", provider: "kassa", icon })));
});
