import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, environment } from "./env";
import { processWide } from "./process-wide";

/** A visitor as the store knows them: a hash of the cookie's id, so a stolen store signs nobody in. */
export type Visitor = { id: string };

export type Session = {
  visitor: Visitor;
  /** The `Set-Cookie` line to send, when the visitor is new or the cookie is due for renewal. */
  setCookie?: string;
};

const KEEP_COOKIE_SECONDS = 400 * 24 * 3600;
const RENEW_AFTER_SECONDS = 7 * 24 * 3600;
const SECRET_FILE = "session-secret";

/** The name of the session cookie: `__Host-` only where the browser accepts it, behind https. */
export function cookieName({ appOrigin }: Pick<Environment, "appOrigin">): string {
  return appOrigin?.startsWith("https://") ? "__Host-platen" : "platen";
}

/** The session that `cookieHeader` proves, or a new visitor's. */
export function openSession(cookieHeader: string | null): Session {
  const settings = environment();
  const secrets = processWide("session-secrets", () => sessionSecrets(settings));
  const nowSeconds = Math.floor(Date.now() / 1000);
  const known = readCookie(cookieHeader, cookieName(settings), secrets, nowSeconds);
  if (known !== undefined && !known.isDueForRenewal) return { visitor: visitorOf(known.id) };
  const id = known?.id ?? randomBytes(16).toString("base64url");
  return { visitor: visitorOf(id), setCookie: cookieLine(settings, signSession(id, nowSeconds, secrets)) };
}

function visitorOf(cookieId: string): Visitor {
  return { id: createHash("sha256").update(`visitor:${cookieId}`).digest("base64url") };
}

function cookieLine(settings: Environment, value: string): string {
  const secure = settings.appOrigin?.startsWith("https://") ? "; Secure" : "";
  return `${cookieName(settings)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${KEEP_COOKIE_SECONDS}${secure}`;
}

/** A cookie value that names `id`, signed with the first of `secrets`. */
export function signSession(id: string, issuedAtSeconds: number, secrets: readonly string[]): string {
  const claim = `1.${id}.${issuedAtSeconds}`;
  return `${claim}.${signature(claim, secrets[0] ?? "")}`;
}

/** Who the cookie says the visitor is, if one of `secrets` signed it and it is not out of date. */
export function readCookie(
  header: string | null,
  name: string,
  secrets: readonly string[],
  nowSeconds: number,
): { id: string; isDueForRenewal: boolean } | undefined {
  const prefix = `${name}=`;
  const cookie = (header ?? "").split(";").find((part) => part.trimStart().startsWith(prefix));
  const match = /^(1\.([\w-]{22})\.(\d{1,12}))\.([\w-]{43})$/.exec(cookie?.trim().slice(prefix.length) ?? "");
  const [, claim, id, issuedAt, given] = match ?? [];
  if (claim === undefined || id === undefined || given === undefined) return undefined;
  const signer = secrets.findIndex((secret) => isSame(signature(claim, secret), given));
  const ageSeconds = nowSeconds - Number(issuedAt);
  if (signer === -1 || ageSeconds > KEEP_COOKIE_SECONDS) return undefined;
  return { id, isDueForRenewal: signer > 0 || ageSeconds > RENEW_AFTER_SECONDS };
}

function signature(claim: string, secret: string): string {
  return createHmac("sha256", secret).update(claim).digest("base64url");
}

function isSame(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
}

/** The secrets of the environment, or the one kept in `dataDir` (made there, mode 0600, when it is missing). */
export function sessionSecrets({ sessionSecrets: given, dataDir }: Environment): readonly string[] {
  if (given.length > 0) return given;
  const file = join(dataDir, SECRET_FILE);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  try {
    // "wx" lets only one of two starting processes make it; both then read the same.
    writeFileSync(file, randomBytes(32).toString("base64url"), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return [readFileSync(file, "utf8").trim()];
}
