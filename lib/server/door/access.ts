import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { environment } from "../env";
import { processWide } from "../process-wide";
import { signingSecrets } from "./secrets";

/** The label whose code is the owner's own: it opens `/owner`, and the chat like any other. */
export const OWNER_LABEL = "owner";

/** Whether a code is asked for here. */
export function isGated(): boolean {
  return environment().accessCodes.length > 0;
}

/**
 * The label of the code that `given` is. Every code is compared, each through a hash of the same length, so the time
 * it takes tells nothing of any of them.
 */
export function labelOfCode(given: string): string | undefined {
  const key = processWide("access-comparison-key", () => randomBytes(32));
  const hash = (text: string) => createHmac("sha256", key).update(text).digest();
  const sought = hash(given);
  let found: string | undefined;
  for (const { label, code } of environment().accessCodes) {
    if (timingSafeEqual(hash(code), sought)) found = label;
  }
  return found;
}

/**
 * What the cookie says of the code that let its visitor in. It is of the code as it stands: when that is changed or
 * removed, what was granted for it means nothing any more. Undefined for a label that has no code.
 */
export function grantFor(label: string): string | undefined {
  const entry = environment().accessCodes.find((one) => one.label === label);
  const [secret] = signingSecrets(environment());
  return entry === undefined || secret === undefined ? undefined : fingerprint(entry, secret);
}

/** The label of the code that `grant` was given for, while that code stands. */
export function labelOfGrant(grant: string): string | undefined {
  const labels = processWide("access-grants", () => {
    const settings = environment();
    return new Map(
      signingSecrets(settings).flatMap((secret) =>
        settings.accessCodes.map((entry) => [fingerprint(entry, secret), entry.label] as const),
      ),
    );
  });
  return labels.get(grant);
}

/** 128 bits: 22 characters. The secret keeps a stolen cookie from being a hash to guess codes against. */
function fingerprint({ label, code }: { label: string; code: string }, secret: string): string {
  return createHmac("sha256", secret).update(`access:${label}\0${code}`).digest("base64url").slice(0, 22);
}
