// Tests sent on a channel, and what became of each.
import type { Backend } from "../backend/backend";
import { failure } from "../backend/backend";
import type { Channel, WindowErrorCode } from "../generated/protocol";

export class Testing {
  /** By channel; none where none was sent. */
  became = $state.raw<Partial<Record<Channel, "sending" | "sent" | WindowErrorCode>>>({});

  constructor(private readonly backend: Backend) {}

  /** One at a time: who presses again waits for the first. */
  async send(channel: Channel): Promise<void> {
    if (this.became[channel] === "sending") return;
    this.became = { ...this.became, [channel]: "sending" };
    const code = failure(await this.backend.call({ type: "send_test", channel }));
    this.became = { ...this.became, [channel]: code ?? "sent" };
  }
}
