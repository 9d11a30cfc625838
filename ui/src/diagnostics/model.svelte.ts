// The diagnostics page's state: what was read, what is being written.
import type { Backend } from "../backend/backend";
import type { Diagnostics, WindowErrorCode } from "../generated/protocol";

export class DiagnosticsModel {
  known = $state.raw<Diagnostics | null>(null);
  loading = $state(false);
  failed = $state<WindowErrorCode | null>(null);
  report = $state<string | null>(null);
  reporting = $state(false);

  constructor(private readonly backend: Backend) {}

  async load(): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    const answer = await this.backend.call({ type: "diagnostics" });
    this.loading = false;
    this.failed = answer.type === "diagnostics" ? null : answer.type === "failed" ? answer.code : "unknown";
    if (answer.type === "diagnostics") this.known = answer.diagnostics;
  }

  async write(): Promise<void> {
    if (this.reporting) return;
    this.reporting = true;
    const answer = await this.backend.call({ type: "report" });
    this.reporting = false;
    if (answer.type === "report") this.report = answer.text;
    else this.failed = answer.type === "failed" ? answer.code : "unknown";
  }
}
