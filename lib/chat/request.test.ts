import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conversationChange, faultSentence, generationRequest, uuid } from "./request";

const ID = "0f8fad5b-d9cb-469f-a165-70867728950e";
const OTHER = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

const text = (words: string) => ({ type: "text", text: words });
const message = (...content: unknown[]) => ({ id: OTHER, content });
const first = (changes: object = {}) => ({
  conversationId: ID,
  parentId: null,
  message: message(text("Hi")),
  ...changes,
});

/** The sentence for a person about what is wrong, or undefined when nothing is. */
function faultOf(schema: typeof generationRequest | typeof conversationChange, body: unknown) {
  const parsed = schema.safeParse(body);
  return parsed.success ? undefined : faultSentence(parsed.error);
}

describe("a UUID", () => {
  test("of any version is taken, in small letters", () => {
    for (const id of [ID.toUpperCase(), "ffffffff-ffff-ffff-ffff-ffffffffffff"]) {
      expect(uuid.parse(id)).toBe(id.toLowerCase());
    }
  });

  test.each(["", "1", `${ID} `, `${ID}\n`, ID.replaceAll("-", ""), `{${ID}}`, `g${ID.slice(1)}`, 7, null])(
    "%j is none",
    (given) => {
      expect(uuid.safeParse(given).success).toBe(false);
    },
  );

  test("is what a browser makes", () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(uuid.parse(id)).toBe(id);
      }),
    );
  });
});

describe("a request for an answer", () => {
  test.each<[string, object]>([
    ["a first message", first()],
    ["a message after an answer", first({ parentId: OTHER })],
    ["another answer to a message", { conversationId: ID, parentId: OTHER }],
    ["attachments", first({ message: message({ type: "image", attachmentId: ID }, text("This?")) })],
    ["settings", first({ settings: { model: "m", effort: "xhigh", webSearch: false } })],
    ["no settings in particular", first({ settings: {} })],
    ["text with anything in it", first({ message: message(text(" \u0000\ud800 <b>\n")) })],
  ])("may be %s, and stays as it is", (_, body) => {
    expect(generationRequest.parse(body)).toEqual(body);
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a list", []],
    ["an unknown key", first({ extra: 1 })],
    ["a parent left out", { conversationId: ID, message: message(text("Hi")) }],
    ["neither message nor parent", { conversationId: ID, parentId: null }],
    ["a conversation that is no UUID", first({ conversationId: "c" })],
    ["no content", first({ message: message() })],
    ["33 blocks", first({ message: message(...Array(33).fill(text("x"))) })],
    ["blank text", first({ message: message(text(" \n\t\u00a0")) })],
    ["text that is none", first({ message: message({ type: "text", text: 7 }) })],
    ["a block of the model's", first({ message: message({ type: "thinking", thinking: "x", signature: "y" }) })],
    ["a block with an unknown key", first({ message: message({ ...text("x"), cache_control: {} }) })],
    ["a message with a role", first({ message: { ...message(text("x")), role: "assistant" } })],
    ["an unknown effort", first({ settings: { effort: "huge" } })],
    ["an unknown setting", first({ settings: { system: "x" } })],
    ["a model without a name", first({ settings: { model: "" } })],
  ])("%s is refused in one sentence", (_, body) => {
    expect(faultOf(generationRequest, body)).toMatch(/^\S.*\.$/);
  });

  test("is answered under one spelling of its ids", () => {
    expect(generationRequest.parse(first({ conversationId: ID.toUpperCase() })).conversationId).toBe(ID);
  });

  test("with a fault is told where it is", () => {
    expect(faultOf(generationRequest, first({ message: message(text(" ")) }))).toBe(
      "`message.content.0.text` is not valid: is empty.",
    );
    expect(faultOf(generationRequest, { conversationId: ID, parentId: null })).toBe(
      "`message` is not valid: is missing, and parentId names no message to answer again.",
    );
    expect(faultOf(generationRequest, first({ extra: 1 }))).toMatch(/^The request is not valid: .*extra.*\.$/);
  });
});

describe("a change of a conversation", () => {
  test("is a title without its outer blanks, a pin, or another leaf", () => {
    expect(conversationChange.parse({ title: " Mine ", pinned: true, leafId: ID })).toEqual({
      title: "Mine",
      pinned: true,
      leafId: ID,
    });
    expect(conversationChange.parse({ pinned: false })).toEqual({ pinned: false });
  });

  test.each<[string, unknown]>([
    ["nothing", {}],
    ["a blank title", { title: "  " }],
    ["a title of 201 characters", { title: "x".repeat(201) }],
    ["a pin that is no boolean", { pinned: 1 }],
    ["a leaf that is no UUID", { leafId: "a" }],
    ["an unknown key", { pinned: true, messages: [] }],
  ])("to %s is refused in one sentence", (_, body) => {
    expect(faultOf(conversationChange, body)).toMatch(/^\S.*\.$/);
  });
});
