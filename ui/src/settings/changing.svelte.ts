// Choices of this device on their way to the resident, and why one was refused.
import type { Backend } from "../backend/backend";
import { failure } from "../backend/backend";
import type { Setting, WindowErrorCode } from "../generated/protocol";

export type Name = Setting["setting"];

export class Changing {
  #failed = $state.raw<Partial<Record<Name, WindowErrorCode>>>({});
  #busy = $state.raw<ReadonlySet<Name>>(new Set());

  constructor(private readonly backend: Backend) {}

  /** Why the last change of it was refused. */
  failed(name: Name): WindowErrorCode | null {
    return this.#failed[name] ?? null;
  }

  busy(name: Name): boolean {
    return this.#busy.has(name);
  }

  /** True when it holds; what is shown follows the resident's state. */
  async change(setting: Setting): Promise<boolean> {
    const name = setting.setting;
    this.#busy = new Set([...this.#busy, name]);
    const code = failure(await this.backend.call({ type: "change", setting }));
    this.#busy = new Set([...this.#busy].filter((other) => other !== name));
    const { [name]: _, ...others } = this.#failed;
    this.#failed = code ? { ...others, [name]: code } : others;
    return code === null;
  }
}
