// Pictures of integrations: asked of the resident when they are first shown, once for each tag.
import { SvelteMap } from "svelte/reactivity";
import type { Backend } from "../backend/backend";
import type { Provider } from "../generated/protocol";

export class Pictures {
  readonly #known = new SvelteMap<string, string>();
  readonly #asked = new Set<string>();

  constructor(private readonly backend: Backend) {}

  /** The picture as an address of its own; null where there is none, or not yet. */
  of(provider: Provider | undefined): string | null {
    if (!provider?.icon) return null;
    const key = `${provider.icon} ${provider.id}`;
    if (!this.#asked.has(key)) void this.#ask(key, provider.id, provider.icon);
    return this.#known.get(key) ?? null;
  }

  async #ask(key: string, provider: string, icon: string): Promise<void> {
    this.#asked.add(key);
    const answer = await this.backend.call({ type: "provider_icon", provider, icon });
    if (answer.type === "provider_icon") this.#known.set(key, answer.data);
    // Offline, say: whoever shows it next asks again.
    else this.#asked.delete(key);
  }
}
