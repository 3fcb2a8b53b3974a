import { errorFields, log } from "../operating/log";
import { isStoreFault } from "../store/patience";
import type { StagedImport } from "./import";

const MEDIA_TYPE = "application/x-ndjson";

/** Whether the caller wants to be told how far it is; others get the result alone. */
export function acceptsProgress(request: Request): boolean {
  return (request.headers.get("accept") ?? "").includes(MEDIA_TYPE);
}

/**
 * A line of JSON for each step, and the last for the result, or for why there is none. It goes on to its end when nobody
 * listens any more: a closed page does not leave half a file behind.
 */
export function progressResponse(staged: StagedImport): Response {
  const encoder = new TextEncoder();
  let isOpen = true;
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      const tell = (line: unknown) => {
        if (isOpen) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      tell({ done: 0, of: staged.of });
      void staged
        .keep(tell)
        .then(tell, (error: unknown) => {
          log("error", "import", errorFields(error));
          tell({ error: failure(error) });
        })
        .finally(() => {
          if (isOpen) controller.close();
        });
    },
    cancel() {
      isOpen = false;
    },
  });
  return new Response(stream, {
    headers: {
      "content-type": MEDIA_TYPE,
      "cache-control": "no-cache, no-store, no-transform",
      "x-accel-buffering": "no",
      "x-content-type-options": "nosniff",
    },
  });
}

function failure(error: unknown): { code: string; message: string } {
  const again = "What was imported is kept: import the same file again to get the rest.";
  return isStoreFault(error)
    ? { code: "busy", message: `Platen cannot save anything at the moment. ${again}` }
    : { code: "internal", message: `Something went wrong here. ${again}` };
}
