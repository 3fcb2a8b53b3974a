import { isIP } from "node:net";

/**
 * Top-level names that no stranger can register, so that a name under them is this machine's or its network's: RFC 6761,
 * RFC 6762 with its appendix G, RFC 8375, and ICANN's `internal`.
 */
const PRIVATE = /(^|\.)(localhost|local|test|internal|home\.arpa|intranet|private|corp|home|lan|localdomain)$/;

/**
 * Whether a request for the `Host` header `given` was meant for us, where no public address is set. Any site can have its
 * own name resolve to this machine (DNS rebinding), and its page then asks us as if we were it. It cannot do so with an
 * address, with a name without a dot, with a private one, or with this machine's own.
 */
export function isOwnHost(given: string | undefined, machine: string): boolean {
  // Only what is no browser leaves it out.
  if (given === undefined) return true;
  const host = given.replace(/:\d*$/, "").toLowerCase().replace(/\.$/, "");
  if (host.startsWith("[")) return isIP(host.slice(1, -1)) === 6;
  return isIP(host) === 4 || /^[\w-]+$/.test(host) || PRIVATE.test(host) || host === machine.toLowerCase();
}
