import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEvent, recordedEvent, textOf } from "./events";

/** A streamed answer as the API sent it. */
export interface Recording {
  name: string;
  /** `project`: kept beside this file. `shared`: from the folder of streams outside the project. */
  source: "project" | "shared";
  /** One event's JSON each, in order. */
  lines: string[];
}

const PROJECT_FOLDER = fileURLToPath(new URL("./recordings/", import.meta.url));
const SHARED_FOLDER = process.env.STREAMS_DIR ?? fileURLToPath(new URL("../../../shared/streams/", import.meta.url));

/** The project's recordings by name, then those of `STREAMS_DIR` (by default ../shared/streams) when that folder is there. */
export function recordings(): Recording[] {
  return [...readFolder(PROJECT_FOLDER, "project"), ...readFolder(SHARED_FOLDER, "shared")];
}

/** Throws for an unknown name. The project's own come first. */
export function recording(name: string): Recording {
  const found = recordings().find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no recording is called ${name}`);
  return found;
}

/** The lines of a recording's text, without the empty ones. */
export function recordedLines(content: string): string[] {
  return content.split("\n").filter((line) => line.trim() !== "");
}

/** The text deltas of all blocks, joined. */
export function recordedText(lines: readonly string[]): string {
  return lines.map((line) => textOf(recordedEvent(line))).join("");
}

/** The stop reason of the last `message_delta`; null when none came. */
export function recordedStopReason(lines: readonly string[]): string | null {
  const events = lines.map((line) => parseEvent(recordedEvent(line)));
  return events.findLast((event) => event?.type === "message_delta")?.delta.stop_reason ?? null;
}

function readFolder(folder: string, source: Recording["source"]): Recording[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => /\.(jsonl|txt)$/.test(file))
    .sort()
    .map((file) => ({
      name: basename(file).replace(/(\.chunks)?\.(jsonl|txt)$/, ""),
      source,
      lines: recordedLines(readFileSync(join(folder, file), "utf8")),
    }));
}
