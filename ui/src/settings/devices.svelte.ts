// The devices of a team's account: which there are, and one of them being signed out for good.
import type { Backend } from "../backend/backend";
import { failure } from "../backend/backend";
import type { DeviceId, DeviceRow, WindowErrorCode } from "../generated/protocol";

export class Devices {
  /** As they were last read; null before the first time. */
  rows = $state.raw<DeviceRow[] | null>(null);
  /** Why the last reading failed. */
  failed = $state<WindowErrorCode | null>(null);
  loading = $state(false);
  /** The one that is being signed out. */
  leaving = $state<DeviceId | null>(null);
  /** The one that could not be, and why. */
  refused = $state.raw<{ id: DeviceId; code: WindowErrorCode } | null>(null);
  /** The last one that was. */
  gone = $state.raw<DeviceRow | null>(null);
  /** Counts readings: an answer to an older one says nothing any more. */
  #asked = 0;

  constructor(private readonly backend: Backend) {}

  /** Another account's are others. */
  forget(): void {
    this.#asked++;
    this.rows = this.failed = this.refused = this.gone = null;
    this.loading = false;
  }

  async load(): Promise<void> {
    const asked = ++this.#asked;
    this.loading = true;
    const answer = await this.backend.call({ type: "devices" });
    if (asked !== this.#asked) return;
    this.loading = false;
    this.failed = failure(answer);
    if (answer.type === "devices") this.rows = answer.devices;
  }

  /** Signs a device out for good; true when it is. */
  async revoke(row: DeviceRow): Promise<boolean> {
    if (this.leaving !== null) return false;
    this.leaving = row.id;
    this.refused = this.gone = null;
    const code = failure(await this.backend.call({ type: "revoke_device", id: row.id }));
    this.leaving = null;
    // Somebody else was faster: gone is gone.
    if (code !== null && code !== "gone") {
      this.refused = { id: row.id, code };
      return false;
    }
    this.rows = this.rows?.filter(({ id }) => id !== row.id) ?? null;
    this.gone = row;
    return true;
  }
}
