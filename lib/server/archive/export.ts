import { contentDisposition, fileName } from "@/lib/chat/file-name";
import { markdownOf } from "@/lib/chat/markdown-export";
import { archiveOf } from "../store/archive";
import { readConversation } from "../store/conversations";
import type { Store } from "../store/database";

/** About this many characters go out at once. */
const PIECE_LENGTH = 64 * 1024;

/** Everything the visitor has, as a JSON file that is read from the store only as fast as it is taken. */
export function exportAll(store: Store, visitorId: string, today: string): Response {
  return file(streamOf(archiveOf(store, visitorId)), JSON_TYPE, fileName(`Platen ${today}`, "json"));
}

/** One conversation as a file; undefined when the visitor has no such one. */
export async function exportConversation(
  store: Store,
  visitorId: string,
  id: string,
  format: "markdown" | "json",
): Promise<Response | undefined> {
  const read = await readConversation(store, visitorId, id);
  if (read === undefined) return undefined;
  const { conversation } = read;
  if (format === "markdown") {
    return file(markdownOf(conversation), "text/markdown; charset=utf-8", fileName(conversation.title, "md"));
  }
  return file(streamOf(archiveOf(store, visitorId, id)), JSON_TYPE, fileName(conversation.title, "json"));
}

const JSON_TYPE = "application/json; charset=utf-8";

function file(body: BodyInit, mediaType: string, name: string): Response {
  return new Response(body, {
    headers: {
      "content-type": mediaType,
      "content-disposition": contentDisposition(name),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

/** What `pieces` yields, taken only when the reader reads. */
function streamOf(pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let text = "";
        while (text.length < PIECE_LENGTH) {
          const next = await pieces.next();
          if (next.done) {
            controller.enqueue(encoder.encode(text));
            controller.close();
            return;
          }
          text += next.value;
        }
        controller.enqueue(encoder.encode(text));
      },
      async cancel() {
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
