// An invitation that was followed: asked about first, looked at when the user wants to, used up when he says yes.
import type { Backend } from "../../backend/backend";
import { failure } from "../../backend/backend";
import type { Found, WindowErrorCode } from "../../generated/protocol";
import { centreOf } from "./link";

/** Failures that are about the way there: the invitation is as good as before. */
const AGAIN: WindowErrorCode[] = ["offline", "not_a_centre", "proxy_asks", "proxy_wrong", "ca_wrong", "storage", "check_again", "unknown"];

export class Joining {
  link = $state.raw("");
  busy = $state<"looking" | "entering" | null>(null);
  /** Who is asked to sign in where. */
  found = $state.raw<Found | null>(null);
  failed = $state.raw<WindowErrorCode | null>(null);
  /** Grows when the user turns away from an answer that is under way. */
  #asked = 0;

  constructor(
    private readonly backend: Backend,
    private readonly entered: () => void,
  ) {}

  /** The centre that the link says it leads to. */
  get host(): string {
    return this.found?.host ?? centreOf(this.link) ?? "";
  }

  /** Whether trying again may help. */
  get canTry(): boolean {
    return this.failed !== null && AGAIN.includes(this.failed);
  }

  /** Whether nobody has been asked anything yet: the link may be anybody's, and its centre, too. */
  get asking(): boolean {
    return this.busy === null && this.found === null && this.failed === null;
  }

  open(link: string): void {
    this.forget();
    this.link = link;
  }

  async look(): Promise<void> {
    const asked = ++this.#asked;
    this.busy = "looking";
    this.found = null;
    this.failed = null;
    const answer = await this.backend.call({ type: "check", way: { way: "invitation", link: this.link } });
    if (asked !== this.#asked) return;
    this.busy = null;
    if (answer.type === "checked") this.found = answer.found;
    else this.failed = failure(answer) ?? "unknown";
  }

  async enter(): Promise<void> {
    if (!this.found || this.busy) return;
    const asked = ++this.#asked;
    this.busy = "entering";
    const code = failure(await this.backend.call({ type: "enter" }));
    if (asked !== this.#asked) return;
    this.busy = null;
    if (code === null) return this.entered();
    this.found = null;
    this.failed = code;
  }

  /** The page is left: the link is a secret. */
  forget(): void {
    this.#asked++;
    this.link = "";
    this.busy = null;
    this.found = null;
    this.failed = null;
  }
}
