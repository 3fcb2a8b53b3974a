import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore, type Store } from "./database";
import { clearUnused, scrubDeleted } from "./scrub";

/** A leaf of 64 bytes: one pointer, a free block at 40 of 10 bytes, a cell from 50 on; all else is rubbish. */
function leaf(): Buffer {
  const page = Buffer.alloc(64, "x");
  page.writeUInt8(13, 0);
  page.writeUInt16BE(40, 1);
  page.writeUInt16BE(1, 3);
  page.writeUInt16BE(40, 5);
  page.writeUInt8(0, 7);
  page.writeUInt16BE(50, 8);
  page.writeUInt16BE(0, 40);
  page.writeUInt16BE(10, 42);
  return page;
}

test("what a page does not use is cleared, what it uses stays", () => {
  const page = leaf();
  expect(clearUnused(page, 0)).toBe(true);
  expect(page.subarray(10, 40)).toEqual(Buffer.alloc(30));
  expect(page.subarray(44, 50)).toEqual(Buffer.alloc(6));
  expect(page.subarray(0, 10)).toEqual(leaf().subarray(0, 10));
  expect(page.subarray(40, 44)).toEqual(leaf().subarray(40, 44));
  expect(page.subarray(50)).toEqual(leaf().subarray(50));
  expect(clearUnused(page, 0)).toBe(false);
});

test("a page that is no b-tree's stays as it is, and a damaged chain of free blocks comes to an end", () => {
  const overflow = Buffer.alloc(64, "x").fill(0, 0, 4);
  expect(clearUnused(overflow, 0)).toBe(false);
  const damaged = leaf();
  damaged.writeUInt16BE(40, 40);
  expect(clearUnused(damaged, 0)).toBe(true);
});

const dataDir = mkdtempSync(join(tmpdir(), "platen-scrub-"));
let store: Store;

beforeAll(async () => {
  store = await openStore({ dataDir });
});

afterAll(async () => {
  await store.destroy();
  rmSync(dataDir, { recursive: true });
});

function isLeft(): boolean {
  return readdirSync(dataDir).some((name) => readFileSync(join(dataDir, name), "latin1").includes("canary"));
}

const LENGTHS = [10, 200, 900, 3000, 9000];

/** Rows of all lengths among those of others. Some grow, as answers do, and then the rows beside them move. */
async function writeAmongOthers(): Promise<void> {
  const now = "2026-01-01T00:00:00.000Z";
  for (const visitor of ["own", "other"]) {
    await store.insertInto("visitors").values({ id: visitor, created_at: now }).execute();
    const conversation = { id: visitor, visitor_id: visitor, title: visitor, created_at: now, updated_at: now };
    await store
      .insertInto("conversations")
      .values({ ...conversation, leaf_id: null })
      .execute();
  }
  let random = 1;
  const next = (below: number) => {
    random = (random * 48_271) % 2_147_483_647;
    return random % below;
  };
  const contents: { visitor: string; content: string }[] = [];
  for (let position = 1; position <= 3000; position++) {
    const visitor = next(10) < 3 ? "own" : "other";
    const content = (visitor === "own" ? "canary  " : "sparrow ").repeat((LENGTHS[next(5)] ?? 0) / 8);
    const row = { parent_id: null, role: "user" as const, outcome: null, model: null, usage: null, created_at: now };
    contents.push({ visitor, content });
    await store
      .insertInto("messages")
      .values({ ...row, id: `${position}`, conversation_id: visitor, position, content })
      .execute();
    if (next(5) > 0) continue;
    const grown = next(position);
    const more = (contents[grown]?.visitor === "own" ? "canary  " : "sparrow ").repeat(60);
    await store
      .updateTable("messages")
      .set({ content: `${contents[grown]?.content}${more}` })
      .where("id", "=", `${grown + 1}`)
      .execute();
  }
}

test("the copies that SQLite leaves behind when it moves rows go with what is deleted, and nothing else does", async () => {
  await writeAmongOthers();
  const others = () => store.selectFrom("messages").selectAll().where("conversation_id", "=", "other").execute();
  const before = await others();
  await store.deleteFrom("conversations").where("id", "=", "own").execute();
  await sql`pragma wal_checkpoint(truncate)`.execute(store);
  // It is for these that the pages are scrubbed.
  expect(isLeft()).toBe(true);
  await scrubDeleted(store);
  expect(isLeft()).toBe(false);
  expect(await others()).toEqual(before);
  const { rows } = await sql`select * from pragma_integrity_check`.execute(store);
  expect(rows).toEqual([{ integrity_check: "ok" }]);
  expect(await store.selectFrom("scrub_debts").selectAll().execute()).toEqual([]);
});
