// Push in the browser that shows the page: how it stands, and switching it.
import type { BrowserPush, PushState } from "../backend/backend";

export class Here {
  /** Null while it is not known yet. */
  state = $state<PushState | null>(null);
  busy = $state(false);

  constructor(
    private readonly push: BrowserPush,
    private readonly changed: () => void,
  ) {}

  /** Whether there is anything to switch. */
  get can(): boolean {
    return this.state === "on" || this.state === "off" || this.state === "failed";
  }

  async look(): Promise<void> {
    if (!this.busy) this.state = await this.push.state();
  }

  /** Called in a press: a browser asks for its permission then alone. */
  async switch(on: boolean): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.state = await (on ? this.push.turnOn() : this.push.turnOff());
    this.busy = false;
    this.changed();
  }
}
