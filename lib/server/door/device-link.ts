import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { isoTime } from "../instance";
import { type Identity, visitorOf } from "../session";
import type { Store } from "../store/database";
import { grantFor, isGated } from "./access";

const LINK_SECONDS = 10 * 60;
/** 192 bits: 32 characters. */
const TOKEN_BYTES = 24;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A token that moves `identity` to another device, once, within ten minutes. The visitor's earlier one ends. The store
 * has a hash of it, and the identity under a key that only the token yields: a stolen store signs nobody in.
 */
export async function makeDeviceLink(store: Store, identity: Identity): Promise<{ token: string; expiresAt: string }> {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const expiresAt = isoTime(LINK_SECONDS * 1000);
  const link = {
    token_hash: hashOf(token),
    visitor_id: visitorOf(identity).id,
    sealed: seal(token, identity),
    expires_at: expiresAt,
  };
  await store.deleteFrom("device_links").where("expires_at", "<=", isoTime()).execute();
  await store
    .insertInto("device_links")
    .values(link)
    .onConflict((conflict) => conflict.column("visitor_id").doUpdateSet(link))
    .execute();
  return { token, expiresAt };
}

/** Who the token was made for, and burns it. Undefined when it is unknown, used, outdated, or its code was removed. */
export async function redeemDeviceLink(store: Store, token: string): Promise<Identity | undefined> {
  const token_hash = hashOf(token);
  const link = await store
    .selectFrom("device_links")
    .select(["sealed", "expires_at"])
    .where("token_hash", "=", token_hash)
    .executeTakeFirst();
  if (link === undefined) return undefined;
  // Of two who come with it at the same moment, the one who deletes it has it.
  const { numDeletedRows } = await store
    .deleteFrom("device_links")
    .where("token_hash", "=", token_hash)
    .executeTakeFirst();
  if (numDeletedRows === 0n || link.expires_at <= isoTime()) return undefined;
  const { id, codeLabel, grant } = open(token, link.sealed);
  // The code must still be the one that let the other device in.
  const isStanding = codeLabel === undefined || grantFor(codeLabel) === grant;
  if (isGated() && (codeLabel === undefined || !isStanding)) return undefined;
  return { id, codeLabel: isStanding ? codeLabel : undefined };
}

type Sealed = { id: string; codeLabel: string | undefined; grant: string | undefined };

function hashOf(token: string): string {
  return createHash("sha256").update(`device:${token}`).digest("base64url");
}

function keyOf(token: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", token, "", "platen device link", 32));
}

function seal(token: string, { id, codeLabel }: Identity): string {
  const grant = codeLabel === undefined ? undefined : grantFor(codeLabel);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(token), nonce);
  const text = JSON.stringify({ id, codeLabel, grant } satisfies Sealed);
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url");
}

function open(token: string, sealed: string): Sealed {
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", keyOf(token), bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  return JSON.parse(text.toString("utf8")) as Sealed;
}
