import { sql } from "kysely";
import { errorFields, log } from "../operating/log";
import { processWide } from "../process-wide";
import { isPostgres, type Store } from "./database";
import { foldJournal } from "./event-log";
import { forgetDeleted, newestDebt } from "./search-index";

/** Some milliseconds of work. */
const PAGES_A_STEP = 64;
/** A small file is clean before the answer to a deletion is sent; a big one soon after. */
const AT_ONCE_MS = 1_000;
/** After that it works for a quarter of the time, and begins anew only after as long a rest. */
const REST_FACTOR = 3;
/** The page numbers in the first bytes of an overflow page stay below every page type's byte. */
const MAX_PAGES = 2 ** 24;

type Scrubbing = { underWay: Promise<void> | undefined; restUntil: number };

/**
 * Takes from SQLite's file, and from its log, every byte of what has been deleted. `secure_delete` clears a row where it
 * stands, but not the copies that stay behind when SQLite moves rows to another page. Resolves when they are gone, or
 * sooner where that takes long; it then goes on by itself, and after a restart with the next call. PostgreSQL reuses
 * the room of deleted rows by itself (VACUUM).
 */
export async function scrubDeleted(store: Store): Promise<void> {
  if (isPostgres(store)) return;
  const scrubbing = processWide<Scrubbing>("scrubbing", () => ({ underWay: undefined, restUntil: 0 }));
  // What is deleted while it runs waits for the next run.
  await withinTime(scrubbing.underWay);
  if (scrubbing.underWay !== undefined || Date.now() < scrubbing.restUntil) return;
  scrubbing.underWay = payDebts(store, scrubbing)
    .catch((error: unknown) => log("warn", "scrub", errorFields(error)))
    .finally(() => {
      scrubbing.underWay = undefined;
    });
  await withinTime(scrubbing.underWay);
}

async function payDebts(store: Store, scrubbing: Scrubbing): Promise<void> {
  const debt = await newestDebt(store, "scrub_debts");
  if (debt === null) return;
  const begunAt = Date.now();
  // Their words leave copies behind as well, so they come first.
  await forgetDeleted(store);
  await foldJournal(store);
  await scrubPages(store, begunAt + AT_ONCE_MS);
  await sql`pragma wal_checkpoint(truncate)`.execute(store);
  const tookMs = Date.now() - begunAt;
  if (tookMs > AT_ONCE_MS) scrubbing.restUntil = Date.now() + tookMs * REST_FACTOR;
  if ((await newestDebt(store, "search_debts")) !== null || !(await isLogEmpty(store))) return;
  await store.deleteFrom("scrub_debts").where("id", "<=", debt).execute();
}

/** Whether the log was cut off: a reader in another process holds it back. */
async function isLogEmpty(store: Store): Promise<boolean> {
  const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(store);
  return rows[0]?.busy === 0;
}

async function scrubPages(store: Store, restFrom: number): Promise<void> {
  const { rows } = await sql<{ page_count: number }>`select page_count from pragma_page_count()`.execute(store);
  const pages = rows[0]?.page_count ?? 0;
  if (pages >= MAX_PAGES) throw new Error("this file is too large to be scrubbed");
  for (let first = 1; first <= pages; first += PAGES_A_STEP) {
    const stepAt = Date.now();
    await scrubStep(store, first);
    const workedMs = Date.now() - stepAt;
    await pause(Date.now() > restFrom ? workedMs * REST_FACTOR : 0);
  }
}

/** Reads and writes in one transaction, so that no page changes in between. */
async function scrubStep(store: Store, first: number): Promise<void> {
  await store.transaction().execute(async (transaction) => {
    // https://sqlite.org/dbpage.html
    const { rows } = await sql<{ pgno: number; data: Uint8Array }>`select pgno, data from sqlite_dbpage
      where pgno between ${first} and ${first + PAGES_A_STEP - 1}`.execute(transaction);
    for (const { pgno, data } of rows) {
      const page = Buffer.from(data);
      if (clearUnused(page, pgno === 1 ? FILE_HEADER_BYTES : 0)) {
        await sql`update sqlite_dbpage set data = ${page} where pgno = ${pgno}`.execute(transaction);
      }
    }
  });
}

const FILE_HEADER_BYTES = 100;
/** Of a b-tree's pages, by the byte they begin with: how long their header is. */
const HEADER_BYTES: Record<number, number> = { 2: 12, 5: 12, 10: 8, 13: 8 };

/**
 * Clears what a page of a b-tree does not use: the room between its pointers and its cells, and its free blocks
 * (https://sqlite.org/fileformat2.html, 1.6). Returns whether there was anything. Other pages stay as they are: free ones
 * are cleared by `secure_delete`, and those that a long row overflows into hold nothing else.
 */
export function clearUnused(page: Buffer, at: number): boolean {
  const headerBytes = HEADER_BYTES[page[at] ?? 0];
  if (headerBytes === undefined) return false;
  const cells = page.readUInt16BE(at + 3);
  const content = page.readUInt16BE(at + 5) || 65_536;
  let isChanged = clear(page, at + headerBytes + 2 * cells, content);
  for (let block = page.readUInt16BE(at + 1); block >= content && block + 4 <= page.length; ) {
    const next = page.readUInt16BE(block);
    isChanged = clear(page, block + 4, block + page.readUInt16BE(block + 2)) || isChanged;
    // They stand in order, so that a damaged chain comes to an end.
    if (next <= block) break;
    block = next;
  }
  return isChanged;
}

function clear(page: Buffer, from: number, to: number): boolean {
  if (to > page.length || page.subarray(from, Math.max(from, to)).every((byte) => byte === 0)) return false;
  page.fill(0, from, to);
  return true;
}

function withinTime(work: Promise<void> | undefined): Promise<void> {
  return work === undefined ? Promise.resolve() : Promise.race([work, pause(AT_ONCE_MS)]);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
