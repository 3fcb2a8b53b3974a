import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChatFailure } from "./error";
import { createElementReader, type ElementBounds } from "./json-elements";

const BOUNDS: ElementBounds = { maxDepth: 10, maxLength: 1000 };
const WIDE: ElementBounds = { maxDepth: 10, maxLength: 1_000_000 };

function read(pieces: readonly string[], bounds = BOUNDS) {
  const elements: (string | null)[] = [];
  const reader = createElementReader(bounds, (text) => elements.push(text));
  for (const piece of pieces) reader.push(piece);
  reader.finish();
  return { elements, header: Object.fromEntries(reader.header()) };
}

function refusal(pieces: readonly string[]): string {
  try {
    read(pieces);
  } catch (error) {
    if (error instanceof ChatFailure) return error.error.message;
    throw error;
  }
  return "";
}

describe("the elements of a file", () => {
  test("are those of an array, or of the conversations in an object with its short members", () => {
    expect(read(['[1, "a]b", {"c": [2, "\\"}"]}, null]'])).toEqual({
      elements: ["1", '"a]b"', '{"c": [2, "\\"}"]}', "null"],
      header: {},
    });
    const file = ` {"format":"platen", "version":1,"x":{"y":[1]},"conversations":[{},[]],"after":true}\n`;
    expect(read([file])).toEqual({
      elements: ["{}", "[]"],
      header: { format: "platen", version: 1, x: { y: [1] }, after: true },
    });
    expect(read(["[]"]).elements).toEqual([]);
  });

  test("are the same wherever the file is cut, and by character", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 4 })), fc.boolean(), fc.nat(), (values, isWrapped, cut) => {
        const list = JSON.stringify(values);
        const file = isWrapped ? `{"format":"x","conversations":${list}}` : list;
        const whole = read([file], WIDE);
        expect(whole.elements).toEqual(values.map((value) => JSON.stringify(value)));
        const at = cut % (file.length + 1);
        expect(read([file.slice(0, at), file.slice(at)], WIDE)).toEqual(whole);
        expect(read([...file], WIDE)).toEqual(whole);
      }),
    );
  });

  test("are handed on as null where one is longer than is held, and a long member is not kept", () => {
    const long = JSON.stringify("x".repeat(2000));
    expect(read([`{"note":${long},"conversations":[1,${long},2]}`])).toEqual({
      elements: ["1", null, "2"],
      header: {},
    });
  });
});

test("an element of so many values that parsing it would take far more than its text is not held", () => {
  const few = `[${"{},".repeat(10)}1]`;
  const many = `[${"{},".repeat(20)}1]`;
  expect(read([`[${few},${many},"${"{},".repeat(20)}"]`]).elements).toEqual([few, null, `"${"{},".repeat(20)}"`]);
});

test("of millions of short members the first hundred are kept", () => {
  const members = Array.from({ length: 1_000 }, (_, index) => `"member${index}":${index}`);
  const { header, elements } = read([`{"format":"platen",${members.join(",")},"conversations":[1]}`]);
  expect([header.format, Object.keys(header).length, elements]).toEqual(["platen", 100, ["1"]]);
});

describe("a file is refused", () => {
  test.each([
    ["when it is no list", ["12"], /not an export/],
    ["when no list is in it", ['{"conversations":{}}'], /not an export/],
    ["when it is nested too deeply", [`[${"[".repeat(11)}`], /too deeply/],
    ["when a comma is missing", ["[1 2]"], /damaged/],
    ["when a comma is too many", ["[1,]"], /damaged/],
    ["when a colon is missing", ['{"a" 1}'], /damaged/],
    ["when something follows", ["[]", "[]"], /damaged/],
    ["when a key is no text", ["{1:2}"], /damaged/],
    ["when it closes what it did not open", ["[}]"], /damaged/],
  ])("%s", (_, pieces, sentence) => {
    expect(refusal(pieces)).toMatch(sentence);
  });

  test("when it breaks off, wherever that is", () => {
    const file = '{"format":"platen","conversations":[{"a":"b"},1]}';
    for (let at = 0; at < file.length; at++) expect(refusal([file.slice(0, at)]), file.slice(0, at)).toMatch(/cut off/);
  });
});
