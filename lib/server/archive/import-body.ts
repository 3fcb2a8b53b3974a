import { ChatFailure, type RefusalCode } from "@/lib/chat/error";
import { MAX_IMPORT_BYTES } from "@/lib/chat/imported";
import { arriving, CUT_OFF, refuse } from "../guard";

const MAX_HEAD_BYTES = 16 * 1024;

/** The bytes of the file in the body: the body itself, or the first file of a form. Refuses what is neither, or too large. */
export function importedBytes(request: Request): AsyncGenerator<Uint8Array> {
  const contentType = request.headers.get("content-type") ?? "";
  const mediaType = contentType.split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType === "application/json") return counted(request);
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  if (mediaType !== "multipart/form-data" || boundary === null) {
    refuse({ code: "unsupported_media_type", message: "The body must be multipart/form-data or application/json." });
  }
  return firstFile(counted(request), boundary[1] ?? boundary[2] ?? "");
}

function tooLarge(): ChatFailure<RefusalCode> {
  return new ChatFailure({ code: "too_large", message: "This file is too large: at most 200 MB can be imported." });
}

function refusal(message: string): ChatFailure<RefusalCode> {
  return new ChatFailure({ code: "invalid_request", message });
}

/** The body, counted as it comes: `Content-Length` is only a claim. */
async function* counted(request: Request): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of arriving(request)) {
    bytes += piece.byteLength;
    if (bytes > MAX_IMPORT_BYTES) throw tooLarge();
    yield piece;
  }
  if (bytes < Number(request.headers.get("content-length") ?? 0)) throw refusal(CUT_OFF);
}

/** The first part of a form that is a file (RFC 7578), as it comes. What stands before and after it is read and dropped. */
async function* firstFile(body: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<Uint8Array> {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter may stand at the very beginning.
  let held = Buffer.from("\r\n");
  let place: "between" | "head" | "file" | "after" = "between";

  for await (const piece of body) {
    if (place === "after") continue;
    held = Buffer.concat([held, piece]);
    for (let isReading = true; isReading; ) {
      isReading = false;
      if (place === "between" || place === "file") {
        const at = held.indexOf(delimiter);
        // The end of what is held may be the beginning of a delimiter.
        const to = at === -1 ? Math.max(0, held.length - delimiter.length + 1) : at;
        if (place === "file" && to > 0) yield held.subarray(0, to);
        held = held.subarray(at === -1 ? to : at + delimiter.length);
        if (at === -1) continue;
        place = place === "file" ? "after" : "head";
        isReading = place === "head";
      } else if (place === "head") {
        const at = held.indexOf("\r\n\r\n");
        if (at > MAX_HEAD_BYTES || (at === -1 && held.length > MAX_HEAD_BYTES)) throw refusal("The form is damaged.");
        if (at === -1) continue;
        const head = held.toString("latin1", 0, at);
        // The blank line's first half may belong to the next delimiter: an empty file.
        held = held.subarray(at + 2);
        place = /^content-disposition:.*;\s*filename\*?=/im.test(head) ? "file" : "between";
        if (place === "file") held = held.subarray(2);
        isReading = true;
      }
    }
  }
  if (place === "file") throw refusal(CUT_OFF);
  if (place !== "after") throw refusal("The form holds no file.");
}
