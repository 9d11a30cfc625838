import "./styles/tokens.css";
import "./styles/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import type { Backend } from "./backend/backend";
import { standInOf } from "./backend/standin";
import { Desk } from "./desk.svelte";

const standIn = standInOf(new URL(location.href));
const desk = new Desk(await backend());
mount(App, { target: document.getElementById("app") ?? document.body, props: { desk } });

/** Each where it is needed: an app's window does not load what a browser does, nor the other way round. */
async function backend(): Promise<Backend> {
  if ("__TAURI_INTERNALS__" in window) return (await import("./backend/tauri")).tauriBackend();
  if (standIn) return (await import("./backend/web")).webBackend(standIn.url, standIn.place);
  return (await import("./backend/centre")).centreBackend();
}
