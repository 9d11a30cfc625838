import "./styles/tokens.css";
import "./styles/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { tauriBackend } from "./backend/tauri";
import { webBackend } from "./backend/web";
import { Desk } from "./desk.svelte";

const asked = new URLSearchParams(location.search);
const standIn = asked.get("backend");
const backend = await (standIn ? webBackend(standIn, asked.get("place") === "web" ? "web" : "desktop") : tauriBackend());
const desk = new Desk(backend);
mount(App, { target: document.getElementById("app") ?? document.body, props: { desk } });
