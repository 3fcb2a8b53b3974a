import { type ConversationState, pathTo, versionsIn } from "@/lib/chat/conversation";
import type { Message } from "@/lib/chat/message";
import { inGroups } from "./markdown/groups";

/** A message of the branch being read. While `isLive` its text grows in the store, and `message` is as it was at first. */
export type Row = { message: Message; isLive: boolean; versionIds: readonly string[] };

/**
 * Returns a selector of the branch being read. It remembers: the rows stay the same array while an answer only grows, and
 * a row stays the same object while nothing but its text does, so that a delta wakes no component.
 */
export function rowsSelector(): (state: ConversationState) => readonly Row[] {
  let rows: readonly Row[] = [];
  let seen: { leafId: string | null; count: number; livingId: string | null } | undefined;

  return (state) => {
    const { leafId, messages } = state.conversation;
    const livingId = state.generation.phase === "idle" ? null : state.generation.id;
    const hasOnlyGrown =
      livingId !== null && seen?.livingId === livingId && seen.leafId === leafId && seen.count === messages.length;
    if (hasOnlyGrown) return rows;
    seen = { leafId, count: messages.length, livingId };
    const versionsOf = versionsIn(messages);
    rows = keepEqual(
      rows,
      pathTo(messages, leafId).map((message) => ({
        message,
        isLive: message.id === livingId,
        versionIds: versionsOf(message).map((version) => version.id),
      })),
    );
    return rows;
  };
}

function keepEqual(before: readonly Row[], now: readonly Row[]): readonly Row[] {
  const known = new Map(before.map((row) => [row.message.id, row]));
  const kept = now.map((row) => {
    const old = known.get(row.message.id);
    return old !== undefined && isSame(old, row) ? old : row;
  });
  const isUnchanged = kept.length === before.length && kept.every((row, index) => row === before[index]);
  return isUnchanged ? before : kept;
}

function isSame(left: Row, right: Row): boolean {
  return (
    left.isLive === right.isLive &&
    (left.isLive || left.message === right.message) &&
    left.versionIds.length === right.versionIds.length &&
    left.versionIds.every((id, index) => id === right.versionIds[index])
  );
}

/** What is read together: the messages from one of the reader's to the next. `id` is the first one's. */
export type Turn = { id: string; rows: readonly Row[] };

export function turnsOf(rows: readonly Row[]): Turn[] {
  const turns: { id: string; rows: Row[] }[] = [];
  for (const row of rows) {
    const open = turns.at(-1);
    if (open === undefined || row.message.role === "user") turns.push({ id: row.message.id, rows: [row] });
    else open.rows.push(row);
  }
  return turns;
}

const CHAPTERS = { size: 4 };

/** Turns that only the last of grows: a chapter that is read is skipped by the browser while it is out of sight. */
export type Chapter = { turns: readonly Turn[] };

/** Returns a function that puts rows into chapters. It remembers: a chapter of the same rows is the same object. */
export function chapterMaker(): (rows: readonly Row[]) => readonly Chapter[] {
  let chapters: readonly Chapter[] = [];
  return (rows) => {
    chapters = inGroups(CHAPTERS, turnsOf(rows)).map((turns, index) => {
      const before = chapters[index];
      return before !== undefined && haveSameRows(before.turns, turns) ? before : { turns };
    });
    return chapters;
  };
}

function haveSameRows(left: readonly Turn[], right: readonly Turn[]): boolean {
  const [leftRows, rightRows] = [left, right].map((turns) => turns.flatMap((turn) => turn.rows)) as [Row[], Row[]];
  return leftRows.length === rightRows.length && leftRows.every((row, index) => row === rightRows[index]);
}
