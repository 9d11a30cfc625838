// The resident, reached through the child process that holds this page.
import { invoke } from "@tauri-apps/api/core";
import { listen, TauriEvent } from "@tauri-apps/api/event";
import type { WindowEvent } from "../generated/protocol";
import type { Backend, Told } from "./backend";
import { Calls } from "./calls";

export async function tauriBackend(): Promise<Backend> {
  const calls = new Calls((call) => invoke<void>("call", { call }));
  const hearers: ((told: Told) => void)[] = [];
  // Listening comes before the first call, so that no answer is lost.
  await listen<WindowEvent>("event", ({ payload }) => {
    if (payload.type === "answer") calls.answer(payload.id, payload.answer);
    else for (const hear of hearers) hear(payload);
  });
  return {
    place: "desktop",
    call: (request) => calls.ask(request),
    listen: (hear) => void hearers.push(hear),
    holdClose(ask) {
      // Tauri lets a page that listens decide about closing.
      const held = listen(TauriEvent.WINDOW_CLOSE_REQUESTED, ask);
      return () => void held.then((release) => release());
    },
  };
}
