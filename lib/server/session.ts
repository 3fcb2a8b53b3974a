import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { grantFor, isGated, labelOfGrant } from "./door/access";
import { addressHash, type HeaderReader } from "./door/address";
import { signingSecrets } from "./door/secrets";
import { type Environment, environment } from "./env";

/** A visitor as the store knows them: a hash of the cookie's id, so a stolen store signs nobody in. */
export type Visitor = { id: string };

/** Who a request is from, and whether the gate is open to them. */
export type Session = {
  visitor: Visitor;
  /** The label of the code that let the visitor in, while that code stands. Nobody has one where none is asked for. */
  codeLabel: string | undefined;
  isLetIn: boolean;
  /** The network the request comes from, as a keyed hash. */
  addressHash: string;
  /** The `Set-Cookie` line to send, when the visitor is new or the cookie is due for renewal. */
  setCookie?: string;
};

/** What a cookie proves, and another device may take over: the visitor's secret id, and the code that let them in. */
export type Identity = { id: string; codeLabel: string | undefined };

const KEEP_COOKIE_SECONDS = 400 * 24 * 3600;
const RENEW_AFTER_SECONDS = 7 * 24 * 3600;

/** The name of the session cookie: `__Host-` only where the browser accepts it, behind https. */
export function cookieName({ appOrigin }: Pick<Environment, "appOrigin">): string {
  return appOrigin?.startsWith("https://") ? "__Host-platen" : "platen";
}

/** The session that the request's cookie proves, or a new visitor's. */
export function openSession(headers: HeaderReader): Session {
  const known = knownIdentity(headers);
  const identity = known ?? newIdentity();
  return {
    visitor: visitorOf(identity),
    codeLabel: identity.codeLabel,
    isLetIn: !isGated() || identity.codeLabel !== undefined,
    addressHash: addressHash(headers),
    ...(known === undefined || known.isDueForRenewal ? { setCookie: cookieFor(identity) } : {}),
  };
}

/**
 * Who the request's cookie says the visitor is, and when it was signed, in seconds since 1970; undefined without one that
 * is signed by us and not out of date.
 */
export function knownIdentity(
  headers: HeaderReader,
): (Identity & { issuedAtSeconds: number; isDueForRenewal: boolean }) | undefined {
  const settings = environment();
  const nowSeconds = Math.floor(Date.now() / 1000);
  const read = readCookie(headers.get("cookie"), cookieName(settings), signingSecrets(settings), nowSeconds);
  if (read === undefined) return undefined;
  const { grant, ...known } = read;
  return { ...known, codeLabel: grant === undefined ? undefined : labelOfGrant(grant) };
}

export function newIdentity(): Identity {
  return { id: randomBytes(16).toString("base64url"), codeLabel: undefined };
}

export function visitorOf({ id }: Identity): Visitor {
  return { id: createHash("sha256").update(`visitor:${id}`).digest("base64url") };
}

/** The `Set-Cookie` line that makes a browser this visitor's. */
export function cookieFor({ id, codeLabel }: Identity): string {
  const settings = environment();
  const grant = codeLabel === undefined ? undefined : grantFor(codeLabel);
  const value = signSession({ id, grant }, Math.floor(Date.now() / 1000), signingSecrets(settings));
  return cookieLine(settings, value, KEEP_COOKIE_SECONDS);
}

/** The `Set-Cookie` line that makes a browser nobody's. */
export function noCookie(): string {
  return cookieLine(environment(), "", 0);
}

function cookieLine(settings: Environment, value: string, maxAgeSeconds: number): string {
  const secure = settings.appOrigin?.startsWith("https://") ? "; Secure" : "";
  return `${cookieName(settings)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${secure}`;
}

type Claims = { id: string; grant: string | undefined };

/** A cookie value that names `id` and what was granted to it, signed with the first of `secrets`. */
export function signSession({ id, grant }: Claims, issuedAtSeconds: number, secrets: readonly string[]): string {
  const claim = `1.${id}.${issuedAtSeconds}${grant === undefined ? "" : `.${grant}`}`;
  return `${claim}.${signature(claim, secrets[0] ?? "")}`;
}

/** Who the cookie says the visitor is, if one of `secrets` signed it and it is not out of date. */
export function readCookie(
  header: string | null,
  name: string,
  secrets: readonly string[],
  nowSeconds: number,
): (Claims & { issuedAtSeconds: number; isDueForRenewal: boolean }) | undefined {
  const prefix = `${name}=`;
  const cookie = (header ?? "").split(";").find((part) => part.trimStart().startsWith(prefix));
  const match = COOKIE_VALUE.exec(cookie?.trim().slice(prefix.length) ?? "");
  const [, claim, id, issuedAt, grant, given] = match ?? [];
  if (claim === undefined || id === undefined || given === undefined) return undefined;
  const signer = secrets.findIndex((secret) => isSame(signature(claim, secret), given));
  const issuedAtSeconds = Number(issuedAt);
  const ageSeconds = nowSeconds - issuedAtSeconds;
  if (signer === -1 || ageSeconds > KEEP_COOKIE_SECONDS) return undefined;
  return { id, grant, issuedAtSeconds, isDueForRenewal: signer > 0 || ageSeconds > RENEW_AFTER_SECONDS };
}

/** Version, visitor, seconds since 1970, what was granted (if anything was), signature. */
const COOKIE_VALUE = /^(1\.([\w-]{22})\.(\d{1,12})(?:\.([\w-]{22}))?)\.([\w-]{43})$/;

function signature(claim: string, secret: string): string {
  return createHmac("sha256", secret).update(claim).digest("base64url");
}

function isSame(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
}
