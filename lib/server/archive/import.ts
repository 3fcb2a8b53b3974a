import { createHash, randomUUID } from "node:crypto";
import {
  ARCHIVE_FORMAT,
  ARCHIVE_VERSION,
  type ArchivedConversation,
  type Reading,
  readArchived,
  unreadable,
} from "@/lib/chat/archive";
import { isChatGptConversation, readChatGptConversation } from "@/lib/chat/chatgpt-export";
import { isClaudeConversation, readClaudeConversation } from "@/lib/chat/claude-export";
import { ChatFailure, type Refusal } from "@/lib/chat/error";
import type { Imported, ImportedSoFar, Skipped } from "@/lib/chat/imported";
import { createElementReader, type ElementReader, parse } from "@/lib/chat/json-elements";
import { environment } from "../env";
import { refuse } from "../guard";
import { instance, isoTime } from "../instance";
import { processWide } from "../process-wide";
import { claimRoomForImport } from "../room";
import type { Asker } from "../store/admissions";
import { type Placed, placeConversation } from "../store/archive";
import type { Store } from "../store/database";
import { withPatience } from "../store/patience";
import type { RunningImport } from "../store/room";
import { importedBytes } from "./import-body";
import { openStage, type Stage } from "./import-stage";
import { createUnpacker } from "./import-unpack";

/** A file that has been read to its end and not yet kept. `keep` may be called once, and ends it. */
export type StagedImport = { of: number; keep(onProgress: (soFar: ImportedSoFar) => void): Promise<Imported> };

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_CONVERSATIONS = 100_000;
const MAX_LISTED = 1_000;
const MAX_IMPORTS = 3;
const ELEMENT_BOUNDS = { maxDepth: 100, maxLength: 32_000_000 };
const PIECE_BYTES = 64 * 1024;
/** Others wait for the event loop; nobody notices this much. */
const TURN_MS = 10;
const PROGRESS_MS = 200;
const PLACE_PATIENCE_MS = 10_000;

/**
 * Reads the file in `request` to its end and judges all of it; until then nothing is kept. Throws a refusal for a file
 * that is damaged, hostile, or no export, and for a visitor who imports already.
 */
export async function stageImport(asker: Asker, request: Request): Promise<StagedImport> {
  const { visitorId } = asker;
  const live = await instance();
  if (live.isDraining) {
    refuse({ code: "draining", message: "Platen is restarting. Please try again in a moment.", retryAfterSeconds: 5 });
  }
  const leave = enter(asker);
  let stage: Stage | undefined;
  const end = async () => {
    leave();
    await stage?.close();
  };
  try {
    stage = await openStage(environment().dataDir);
    const staging = createStaging(visitorId, stage);
    await readFile(request, staging, stage);
    staging.finish();
    const lines = stage.lines();
    return {
      of: staging.count(),
      async keep(onProgress) {
        try {
          return await keepAll(live.store, {
            asker,
            lines,
            of: staging.count(),
            skipped: staging.skipped,
            onProgress,
          });
        } finally {
          await end();
        }
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** One import at a time for a visitor and for a network, and few for all: each may hold a large file on the disk. */
function enter({ visitorId, addressHash }: Asker): () => void {
  const importing = processWide("imports", () => new Map<string, string>());
  if (importing.has(visitorId)) {
    refuse({ code: "conflict", message: "An import of yours is still under way. Please wait until it has ended." });
  }
  if (importing.size >= MAX_IMPORTS || [...importing.values()].includes(addressHash)) {
    refuse({
      code: "busy",
      message: "Others are importing at the moment. Please try again shortly.",
      retryAfterSeconds: 15,
    });
  }
  importing.set(visitorId, addressHash);
  return () => void importing.delete(visitorId);
}

async function readFile(request: Request, staging: Staging, stage: Stage): Promise<void> {
  const unpacker = createUnpacker(staging);
  let turnSince = performance.now();
  for await (const bytes of importedBytes(request)) {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      unpacker.push(bytes.subarray(at, at + PIECE_BYTES));
      await stage.settle();
      if (performance.now() - turnSince < TURN_MS) continue;
      await nextTurn();
      turnSince = performance.now();
    }
  }
  unpacker.finish();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

type Skips = { listed: Skipped[]; unlisted: number };
type Staging = {
  onText(text: string): void;
  onEnd(): void;
  /** To be called when all documents have ended. */
  finish(): void;
  count(): number;
  skipped: Skips;
};

type StagedConversation = { source: "platen" | "chatgpt" | "claude"; conversation: ArchivedConversation };

/** Puts on the stage what can be read of the documents that are pushed in. */
function createStaging(visitorId: string, stage: Stage): Staging {
  const now = isoTime();
  const skipped: Skips = { listed: [], unlisted: 0 };
  let reader: ElementReader | undefined;
  let seen = 0;
  let staged = 0;

  function onElement(text: string | null): void {
    seen += 1;
    if (seen > MAX_CONVERSATIONS) {
      refuse({ code: "too_large", message: "This file holds more than 100,000 conversations." });
    }
    const reading = text === null ? unreadable(undefined, "It is too long.") : read(parse(text));
    if (reading.type === "unreadable") {
      skip(skipped, reading);
      return;
    }
    const { source, conversation } = reading;
    const own = source === "platen" ? conversation : withOwnIds(visitorId, source, conversation, text ?? "");
    stage.add(JSON.stringify({ source, conversation: own } satisfies StagedConversation));
    staged += 1;
  }

  function read(value: unknown): Reading {
    if (reader?.header().get("format") === ARCHIVE_FORMAT) return readArchived(value);
    if (typeof value === "object" && value !== null) {
      if (isChatGptConversation(value)) return readChatGptConversation(value, now);
      if (isClaudeConversation(value)) return readClaudeConversation(value, now);
    }
    return unreadable(value, "It is not a conversation of a kind that Platen knows.");
  }

  return {
    skipped,
    count: () => staged,
    onText(text) {
      reader ??= createElementReader(ELEMENT_BOUNDS, onElement);
      reader.push(text);
    },
    onEnd() {
      reader?.finish();
      const header = reader?.header();
      if (header?.get("format") === ARCHIVE_FORMAT && header.get("version") !== ARCHIVE_VERSION) {
        refuse({ code: "invalid_request", message: "This file comes from another version of Platen." });
      }
      reader = undefined;
    },
    finish() {
      if (staged === 0 && seen > 0) {
        refuse({ code: "invalid_request", message: "No conversation in this file can be read." });
      }
    },
  };
}

function skip(skips: Skips, { title, reason }: Skipped): void {
  if (skips.listed.length === MAX_LISTED) skips.unlisted += 1;
  else skips.listed.push(title === undefined ? { reason } : { title, reason });
}

type Keeping = {
  asker: Asker;
  lines: AsyncIterable<string>;
  of: number;
  skipped: Skips;
  onProgress: (soFar: ImportedSoFar) => void;
};

/** Keeps what is on the stage, a transaction for each conversation, and lets others have their turn in between. */
async function keepAll(store: Store, { asker, lines, of, skipped, onProgress }: Keeping): Promise<Imported> {
  const running = { id: randomUUID(), at: isoTime(), asker };
  const result = { imported: 0, known: 0 };
  const { retentionDays } = environment();
  const oldest = retentionDays === undefined ? "" : isoTime(-retentionDays * DAY_MS);
  let done = 0;
  let toldAt = 0;
  for await (const line of lines) {
    if (performance.now() - toldAt > PROGRESS_MS) {
      onProgress({ done, of });
      toldAt = performance.now();
    }
    const { conversation } = JSON.parse(line) as StagedConversation;
    const { title, updatedAt } = conversation;
    // It would be gone tomorrow.
    if (updatedAt < oldest)
      skip(skipped, { title, reason: `Here nothing is kept for longer than ${retentionDays} days.` });
    else {
      const placed = await place(store, running, conversation);
      if (placed === "taken") skip(skipped, { title, reason: "Its ids are in use." });
      else if (typeof placed === "object") skip(skipped, { title, reason: placed.message });
      else result[placed] += 1;
    }
    done += 1;
    await nextTurn();
  }
  return { ...result, skipped: skipped.listed, unlisted: skipped.unlisted };
}

/**
 * Under its own ids where they are free; else, because another visitor has it, under ids of this visitor's. The refusal
 * where there is no room for it.
 */
async function place(
  store: Store,
  running: RunningImport,
  conversation: ArchivedConversation,
): Promise<Placed | Refusal> {
  const { visitorId } = running.asker;
  const keep = (one: ArchivedConversation) =>
    withPatience(PLACE_PATIENCE_MS, () =>
      store.transaction().execute((transaction) =>
        placeConversation(transaction, {
          visitorId,
          conversation: one,
          now: isoTime(),
          claimRoom: (claiming, bytes) => claimRoomForImport(claiming, running, bytes),
        }),
      ),
    );
  try {
    const placed = await keep(conversation);
    return placed === "taken" ? await keep(withOwnIds(visitorId, "platen", conversation, "")) : placed;
  } catch (error) {
    if (error instanceof ChatFailure) return error.error as Refusal;
    throw error;
  }
}

/**
 * `conversation` under ids made of the visitor's and its own: the same file gives the same ids each time, and two visitors
 * who import it never share one. `text` stands for an id that the export does not say.
 */
function withOwnIds(
  visitorId: string,
  source: StagedConversation["source"],
  conversation: ArchivedConversation,
  text: string,
): ArchivedConversation {
  const key = [visitorId, source, conversation.id === "" ? text : conversation.id];
  const ownId = (id: string) => uuidOf([...key, id]);
  return {
    ...conversation,
    id: uuidOf(key),
    leafId: conversation.leafId === null ? null : ownId(conversation.leafId),
    messages: conversation.messages.map((message) => ({
      ...message,
      id: ownId(message.id),
      parentId: message.parentId === null ? null : ownId(message.parentId),
    })),
  };
}

/** A UUID of version 8 (RFC 9562, 5.8): the first bits of a hash of `parts`. */
function uuidOf(parts: readonly string[]): string {
  const bytes = createHash("sha256").update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
