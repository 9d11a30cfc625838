// The way in: a code from the address, used when the user says so, and never left in the address.
import type { WebProof } from "../../generated/protocol";
import type { Door, DoorFailure } from "../backend";
import { Refused, type Rest } from "./rest";

export interface Proof {
  by: WebProof;
  code: string;
}

/** Who asks to be let in where, for people. */
export interface Here {
  host: string;
  browser: string;
}

const CODE = /^#(sign-in|join)=([0-9A-Za-z_-]{16,200})$/;

/** What `fragment` lets in with; null where it is something else. */
export function proofOf(fragment: string): Proof | null {
  const found = CODE.exec(fragment);
  return found ? { by: found[1] === "join" ? "invitation" : "link", code: found[2]! } : null;
}

/** Takes the proof out of the address, so that neither history nor a look over the shoulder has it. */
export function takeProof(): Proof | null {
  const proof = proofOf(location.hash);
  if (/^#(sign-in|join)=/.test(location.hash)) history.replaceState(null, "", location.pathname + location.search);
  return proof;
}

/** `held` is the proof at hand; `entered` is done before the door answers. */
export function doorOf(rest: Pick<Rest, "signIn">, held: { proof: Proof | null }, entered: () => Promise<void>, here: Here): Door {
  return {
    host: here.host,
    get by() {
      return held.proof?.by ?? null;
    },
    async enter() {
      const now = held.proof;
      if (!now) return "unknown";
      try {
        await rest.signIn({ ...now, name: here.browser });
      } catch (error) {
        return failureOf(error);
      }
      held.proof = null;
      await entered();
      return null;
    },
    turnAway() {
      held.proof = null;
    },
  };
}

function failureOf(error: unknown): DoorFailure {
  if (!(error instanceof Refused)) return "offline";
  switch (error.code) {
    case "invitation_used":
      return "used";
    case "invitation_expired":
      return "expired";
    case "invitation_unknown":
    case "field_invalid":
    case "body_invalid":
      return "unknown";
    case "rate_limited":
      return "too_many";
    default:
      return error.code === null ? "offline" : "refused";
  }
}
