// Fluent, as little of it as we need.
import { FluentBundle, FluentResource } from "@fluent/bundle";
import type { Language } from "../generated/protocol";

/** What is filled in. */
export type Fill = Record<string, string | number>;

/** The messages of `files`. No isolation marks: what people copy and tests read is the plain text. */
export function bundleOf(language: Language, ...files: string[]): FluentBundle {
  const bundle = new FluentBundle(language, { useIsolating: false });
  for (const file of files) bundle.addResource(new FluentResource(file));
  return bundle;
}

/** The message `id`; one that does not exist reads as its own name rather than as nothing. */
export function say(bundle: FluentBundle, id: string, fill: Fill = {}): string {
  const pattern = bundle.getMessage(id)?.value;
  return pattern ? bundle.formatPattern(pattern, fill, []) : id;
}
