import type { Transaction } from "kysely";
import { ChatFailure, type Refusal, type RefusalCode } from "@/lib/chat/error";
import { VISITORS_AN_ADDRESS } from "./door/address";
import { environment } from "./env";
import { isoTime } from "./instance";
import { lockKeys, type Queries } from "./store/database";
import { countImported, importedFrom, type RunningImport, roomTaken } from "./store/room";
import type { Schema } from "./store/schema";

const MEGABYTE = 1_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Why nothing more of the visitor's is kept, if so. */
export async function roomRefusal(queries: Queries, visitorId: string): Promise<Refusal | undefined> {
  const limit = environment().maxStoredMegabytesPerVisitor;
  if (limit === undefined || (await roomTaken(queries, visitorId)) <= limit * MEGABYTE) return undefined;
  const message = `Your conversations fill the ${limit.toLocaleString("en")} MB that are kept for a visitor here. Delete some to make room: you can export them first.`;
  return { code: "too_large", message };
}

/** Throws the refusal, within the transaction that has saved something and is undone by it. */
export async function claimRoom(transaction: Transaction<Schema>, visitorId: string): Promise<void> {
  // Two of them may be saved at the same moment, on any two instances.
  await lockKeys(transaction, [`room:${visitorId}`]);
  const refusal = await roomRefusal(transaction, visitorId);
  if (refusal !== undefined) throw new ChatFailure<RefusalCode>(refusal);
}

/** The same for what an import has saved, `bytes` of it, of which a network may bring only so much in a day. */
export async function claimRoomForImport(
  transaction: Transaction<Schema>,
  running: RunningImport,
  bytes: number,
): Promise<void> {
  const { visitorId, addressHash } = running.asker;
  await claimRoom(transaction, visitorId);
  await lockKeys(transaction, [`imports:${addressHash}`]);
  await countImported(transaction, running, bytes);
  const visitorsLimit = environment().maxStoredMegabytesPerVisitor;
  if (visitorsLimit === undefined) return;
  const limit = visitorsLimit * VISITORS_AN_ADDRESS;
  if ((await importedFrom(transaction, addressHash, isoTime(-DAY_MS))) <= limit * MEGABYTE) return;
  const message = `Those who share your network have imported the ${limit.toLocaleString("en")} MB that may be imported in a day.`;
  throw new ChatFailure<RefusalCode>({ code: "too_large", message });
}
