import { strToU8, type Zippable, zipSync } from "fflate";
import { expect, test } from "vitest";
import { createUnpacker, UNPACK_BOUNDS } from "./import-unpack";

function unpack(pieces: readonly Uint8Array[], bounds = UNPACK_BOUNDS): string[] {
  const documents = [""];
  const unpacker = createUnpacker(
    {
      onText: (text) => documents.push((documents.pop() ?? "") + text),
      onEnd: () => documents.push(""),
    },
    bounds,
  );
  for (const piece of pieces) unpacker.push(piece);
  unpacker.finish();
  return documents.slice(0, -1);
}

const TEXT = `\uFEFF{"a":"足👩‍👧${"x".repeat(500)}"}`;

function zip(files: Zippable): Uint8Array {
  return zipSync(files, { mtime: new Date("2026-01-01") });
}

test("a document is the same wherever its bytes are cut, plain, packed or stored", () => {
  const plain = strToU8(TEXT);
  const packed = zip({ "export/conversations.json": plain });
  const stored = zip({ "conversations.json": [plain, { level: 0 }] });
  for (const bytes of [plain, packed, stored]) {
    for (let at = 0; at <= bytes.length; at++) {
      expect(unpack([bytes.subarray(0, at), bytes.subarray(at)])).toEqual([TEXT.slice(1)]);
    }
    expect(unpack([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual([TEXT.slice(1)]);
  }
});

test("an archive's conversations may come in several files; its other files are passed over", () => {
  const bytes = zip({
    "chat.html": strToU8("<p>"),
    "conversations-000.json": strToU8("[0]"),
    "pictures/a.png": [new Uint8Array(100_000), { level: 0 }],
    "conversations-001.json": strToU8("[1]"),
    "shared_conversations.json": strToU8("[2]"),
  });
  expect(unpack([bytes])).toEqual(["[0]", "[1]"]);
});

test("an archive that breaks off is refused, wherever that is", () => {
  const bytes = zip({ "conversations.json": strToU8(TEXT) });
  for (let at = 4; at < bytes.length - 21; at++) {
    expect(() => unpack([bytes.subarray(0, at)]), String(at)).toThrow(/damaged or cut off|conversations\.json/);
  }
});

test("an archive that would grow too large, or holds too many files, is refused before it does", () => {
  const large = zip({ "conversations.json": strToU8("x".repeat(100_000)) });
  expect(() => unpack([large], { ...UNPACK_BOUNDS, maxInflatedBytes: 99_999 })).toThrow("too large");
  expect(() => unpack([large], { ...UNPACK_BOUNDS, freeBytes: 1000, maxRatio: 10 })).toThrow("too large");
  const many = zip(Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`${index}.txt`, strToU8("x")])));
  expect(() => unpack([many], { ...UNPACK_BOUNDS, maxEntries: 10 })).toThrow("too many files");
});
