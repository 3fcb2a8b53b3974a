import type { Imported, ImportedSoFar } from "@/lib/chat/imported";
import { ask } from "./ask";
import { noticeAccess } from "./gate";

/** How far an import is, from 0 to 1, in each of its two halves. */
export type ImportProgress = { phase: "sending" | "keeping"; share: number };

/** What came of it, or one sentence for the reader. */
export type Called<Body> = { body: Body } | { sentence: string };

export type ImportUnderWay = { ended: Promise<Called<Imported>>; cancel(): void };

const BROKEN_OFF = "The connection was lost. Import the same file again: nothing comes twice.";

/**
 * Sends `file` and tells how far it is. To cancel is for as long as it is being sent: until then nothing is kept, and
 * after that the server goes on by itself.
 */
export function importFile(file: File, onProgress: (progress: ImportProgress) => void): ImportUnderWay {
  // `fetch` cannot tell how much of a body has been sent.
  const request = new XMLHttpRequest();
  const ended = new Promise<Called<Imported>>((resolve) => {
    request.upload.onprogress = ({ loaded, total }) => onProgress({ phase: "sending", share: loaded / (total || 1) });
    request.onprogress = () => {
      const line = lastLine(request.responseText);
      if (line !== undefined && "of" in line) onProgress({ phase: "keeping", share: line.done / (line.of || 1) });
    };
    request.onabort = () => resolve({ sentence: "The import was cancelled. Nothing was kept." });
    request.onerror = () => resolve({ sentence: BROKEN_OFF });
    request.onload = () => {
      noticeAccess({ status: request.status });
      const line = lastLine(request.responseText);
      if (line === undefined || "of" in line) resolve({ sentence: BROKEN_OFF });
      else resolve("error" in line ? { sentence: line.error.message } : { body: line });
    };
  });
  const form = new FormData();
  form.append("file", file);
  request.open("POST", "/api/import");
  request.setRequestHeader("accept", "application/x-ndjson");
  request.send(form);
  return { ended, cancel: () => request.abort() };
}

type Line = ImportedSoFar | { error: { message: string } } | Imported;

/** The last whole line of what has come. A refusal is one line without an end. */
function lastLine(text: string): Line | undefined {
  try {
    const lines = text.split("\n").filter((line) => line !== "");
    return JSON.parse(lines.at(-1) ?? "") as Line;
  } catch {
    return undefined; // A line is on its way, or something between us answered in its place.
  }
}

/** Deletes every conversation of this visitor, for good. */
export async function deleteEverything(): Promise<Called<unknown>> {
  const answered = await ask("/api/conversations", { method: "DELETE" });
  return answered.type === "done" ? { body: answered.result } : { sentence: answered.error.message };
}
