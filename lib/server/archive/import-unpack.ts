import { Unzip, type UnzipDecoder, type UnzipDecoderConstructor, UnzipInflate, UnzipPassThrough } from "fflate";
import { ChatFailure, type RefusalCode } from "@/lib/chat/error";

/** A JSON document of the file: its text as it comes, then its end. */
export type Documents = { onText(text: string): void; onEnd(): void };

export type Unpacker = { push(bytes: Uint8Array): void; finish(): void };

/** What an archive may hold and grow to. Text packs to a tenth; a bomb to a thousandth. */
export type UnpackBounds = { maxEntries: number; maxInflatedBytes: number; maxRatio: number; freeBytes: number };

export const UNPACK_BOUNDS: UnpackBounds = {
  maxEntries: 20_000,
  maxInflatedBytes: 500_000_000,
  maxRatio: 200,
  freeBytes: 20_000_000,
};

/** So little is inflated at once that even a bomb grows to no more than 8 MB before it is noticed. */
const PIECE_BYTES = 8 * 1024;
const TAIL_BYTES = 22 + 65_535;

/** The files in an archive that hold conversations; large exports come in several. */
const WANTED = /(^|\/)(conversations|platen)[^/]*\.json$/i;

/**
 * Reads a JSON file, or the conversations in a zip, told apart by the first bytes, and hands on their text. Nothing is
 * written anywhere. Throws a refusal for what is neither, is not UTF-8, is cut off, or would grow beyond `bounds`.
 */
export function createUnpacker(documents: Documents, bounds: UnpackBounds = UNPACK_BOUNDS): Unpacker {
  let first: Uint8Array = new Uint8Array(0);
  let reader: Unpacker | undefined;

  function start(): Unpacker {
    reader = isZip(first) ? createZipReader(documents, bounds) : createTextReader(documents);
    for (let at = 0; at < first.length; at += PIECE_BYTES) reader.push(first.subarray(at, at + PIECE_BYTES));
    return reader;
  }

  return {
    push(bytes) {
      if (reader !== undefined) {
        for (let at = 0; at < bytes.length; at += PIECE_BYTES) reader.push(bytes.subarray(at, at + PIECE_BYTES));
        return;
      }
      first = Buffer.concat([first, bytes]);
      if (first.length >= 4) start();
    },
    finish() {
      (reader ?? start()).finish();
    },
  };
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

function createTextReader({ onText, onEnd }: Documents): Unpacker {
  // A byte order mark is dropped.
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (bytes?: Uint8Array) => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw new ChatFailure<RefusalCode>({ code: "invalid_request", message: NOT_UTF_8 }, { cause });
    }
  };
  return {
    push: (bytes) => onText(decode(bytes)),
    finish() {
      onText(decode());
      onEnd();
    },
  };
}

const NOT_UTF_8 = "This file is not UTF-8 text, as exports are.";
const DAMAGED_ZIP = "This zip file is damaged or cut off, or packed in a way Platen does not know.";

function createZipReader(documents: Documents, bounds: UnpackBounds): Unpacker {
  let entries = 0;
  let packedBytes = 0;
  let inflatedBytes = 0;
  let found = 0;
  let open = 0;
  let tail: Uint8Array = new Uint8Array(0);

  function count(bytes: number): void {
    inflatedBytes += bytes;
    const isBomb = inflatedBytes > bounds.freeBytes && inflatedBytes > packedBytes * bounds.maxRatio;
    if (inflatedBytes > bounds.maxInflatedBytes || isBomb) {
      throw refusal("too_large", "This zip file would grow too large when it is unpacked.");
    }
  }

  const unzip = new Unzip((file) => {
    entries += 1;
    if (entries > bounds.maxEntries) throw refusal("too_large", "This zip file holds too many files.");
    if (isOutside(file.name)) throw refusal("invalid_request", "This zip file names places outside of itself.");
    const reader = WANTED.test(file.name) ? createTextReader(documents) : undefined;
    if (reader !== undefined) {
      found += 1;
      open += 1;
    }
    file.ondata = (error, data, isLast) => {
      if (error !== null) throw error;
      count(data.length);
      reader?.push(data);
      if (!isLast || reader === undefined) return;
      open -= 1;
      reader.finish();
    };
    file.start();
  });
  unzip.register(wantedOnly(UnzipPassThrough));
  unzip.register(wantedOnly(UnzipInflate));

  function push(bytes: Uint8Array, isLast: boolean): void {
    try {
      unzip.push(bytes, isLast);
    } catch (cause) {
      if (cause instanceof ChatFailure) throw cause;
      throw new ChatFailure<RefusalCode>({ code: "invalid_request", message: DAMAGED_ZIP }, { cause });
    }
  }

  return {
    push(bytes) {
      packedBytes += bytes.length;
      tail = Buffer.concat([tail, bytes]).subarray(-TAIL_BYTES);
      push(bytes, false);
    },
    finish() {
      push(new Uint8Array(0), true);
      // The record at the end says that nothing is missing (APPNOTE.TXT, 4.3.16).
      if (open > 0 || !Buffer.from(tail).includes("PK\x05\x06", 0, "latin1")) {
        throw refusal("invalid_request", DAMAGED_ZIP);
      }
      if (found === 0) throw refusal("invalid_request", "This zip file holds no conversations.json.");
    },
  };
}

/** A decoder that spares itself what is not wanted: an archive is mostly pictures. */
function wantedOnly(Decoder: UnzipDecoderConstructor): UnzipDecoderConstructor {
  return class {
    static compression = Decoder.compression;
    ondata: UnzipDecoder["ondata"] = () => {};
    readonly #decoder: UnzipDecoder | undefined;

    constructor(name: string, size?: number, originalSize?: number) {
      if (!WANTED.test(name)) return;
      this.#decoder = new Decoder(name, size, originalSize);
      this.#decoder.ondata = (error, data, isLast) => this.ondata(error, data, isLast);
    }

    push(bytes: Uint8Array, isLast: boolean): void {
      this.#decoder?.push(bytes, isLast);
    }
  };
}

/** Nothing is ever written under such a name; whoever made it meant harm all the same. */
function isOutside(name: string): boolean {
  return /^([/\\]|[a-z]:)/i.test(name) || name.split(/[/\\]/).includes("..") || name.includes("\0");
}

function refusal(code: RefusalCode, message: string): ChatFailure<RefusalCode> {
  return new ChatFailure({ code, message });
}
