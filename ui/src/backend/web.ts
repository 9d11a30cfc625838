// An ordinary browser: a WebSocket on this machine stands in for the resident, with the same messages.
import type { WindowEvent } from "../generated/protocol";
import type { Backend, Place, Told } from "./backend";
import { Calls } from "./calls";
import { pretendedPush } from "./pretended";
import { holdUnload } from "./unload";

/** `place`: which of the two the page shall take itself for. */
export async function webBackend(url: string, place: Place): Promise<Backend> {
  const socket = new WebSocket(url);
  const calls = new Calls((call) => socket.send(JSON.stringify(call)));
  const hearers: ((told: Told) => void)[] = [];
  socket.addEventListener("message", ({ data }) => {
    const event = JSON.parse(String(data)) as WindowEvent;
    if (event.type === "answer") calls.answer(event.id, event.answer);
    else for (const hear of hearers) hear(event);
  });
  socket.addEventListener("close", () => calls.failAll());
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", reject, { once: true });
  });
  return {
    place,
    ...(place === "web" ? { push: pretendedPush() } : {}),
    call: (request) => calls.ask(request),
    listen: (hear) => void hearers.push(hear),
    holdClose: holdUnload,
  };
}
