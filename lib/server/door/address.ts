import { createHmac, randomBytes } from "node:crypto";
import { isIP, isIPv6 } from "node:net";
import { environment } from "../env";
import { processWide } from "../process-wide";
import { signingSecrets } from "./secrets";

/** What reads the headers of a request: the API has the request's own, pages have Next's. */
export type HeaderReader = { get(name: string): string | null };

/** The address of the socket, for whoever has only the headers. See `addressLine`. */
export const ADDRESS_HEADER = "x-platen-address";

/**
 * The value of `ADDRESS_HEADER` for a request that came from `address`. Nobody outside knows this process's word, so
 * what a client sends under that name is never believed, even where the doorway has not replaced it.
 */
export function addressLine(address: string | undefined): string {
  return `${word()} ${address ?? ""}`;
}

function word(): string {
  return processWide("address-word", () => randomBytes(16).toString("hex"));
}

/** A household or an office is one address. Whoever comes as a new visitor each time meets this bound instead. */
export const VISITORS_AN_ADDRESS = 4;

/** The network that a request comes from, as a keyed hash: it can be counted and compared, and not read back. */
export function addressHash(headers: HeaderReader): string {
  const settings = environment();
  const network = networkOf(clientAddress(headers, settings.trustedProxyHops)) ?? "unknown";
  const [secret = ""] = signingSecrets(settings);
  return createHmac("sha256", secret).update(`address:${network}`).digest("base64url").slice(0, 22);
}

/**
 * The address the request comes from: the socket's, or, behind `trustedProxyHops` proxies that each add who they heard
 * it from, the one that the outermost of them added. Further left the client may have written what it liked.
 */
export function clientAddress(headers: HeaderReader, trustedProxyHops: number): string {
  const [proof, socket = ""] = (headers.get(ADDRESS_HEADER) ?? "").split(" ");
  const socketAddress = proof === word() ? socket : "";
  if (trustedProxyHops === 0) return socketAddress;
  const forwarded = (headers.get("x-forwarded-for") ?? "").split(",").at(-trustedProxyHops);
  const address = withoutPort(forwarded?.trim() ?? "");
  // Fewer hops than there should be, or no address: it did not come the way it should, so the socket speaks.
  return isIP(address) === 0 ? socketAddress : address;
}

/** Some proxies add the port: 192.0.2.1:443, [2001:db8::1]:443. */
function withoutPort(given: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(given)?.[1] ?? /^([\d.]+):\d+$/.exec(given)?.[1] ?? given;
}

/** What one household shares: an IPv4 address, or the first 64 bits of an IPv6 one. IPv4 within IPv6 is IPv4. */
export function networkOf(address: string): string | undefined {
  const [plain = ""] = address.split("%", 1);
  if (!isIPv6(plain)) return isIP(plain) === 0 ? undefined : plain;
  const groups = groupsOf(plain);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join(".");
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** The eight groups of an IPv6 address. A browser's URL is the parser at hand: it writes each in one way (RFC 5952). */
function groupsOf(address: string): number[] {
  const written = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail] = written.split("::");
  const numbers = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const left = numbers(head);
  const right = numbers(tail ?? "");
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}
