import { ChatFailure } from "./error";

/** One conversation of the file, as JSON text; null for one that is too long to be held. */
type OnElement = (text: string | null) => void;

export type ElementReader = {
  push(text: string): void;
  /** To be called when the file has ended; throws when it was cut off. */
  finish(): void;
  /** The short members of the object around the list, such as `format` and `version`. */
  header(): ReadonlyMap<string, unknown>;
};

export type ElementBounds = { maxDepth: number; maxLength: number };

/** What may come next, outside a value. */
type Expected = "value" | "value_or_close" | "comma_or_close" | "key" | "key_or_close" | "colon" | "nothing";
/** Whose members are being read: the file itself, the object around the list, or the list. */
type Container = "file" | "object" | "list";

const LIST_NAME = "conversations";
const MAX_MEMBER_LENGTH = 1000;
/** A file may hold millions: the first are enough to tell what it is. */
const MOST_MEMBERS = 100;

/** What a value takes besides its text once it is parsed: `{}` is two characters, and fifty bytes and more. */
const VALUE_COST = 32;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Reads a JSON file piece by piece and hands on each element of its list: of an array, or of the `conversations` of an
 * object. No more than one element is held. Throws a refusal for a file that is no such list, is nested too deeply, or
 * breaks off; what lies within an element is for `JSON.parse` to judge.
 */
export function createElementReader({ maxDepth, maxLength }: ElementBounds, onElement: OnElement): ElementReader {
  const header = new Map<string, unknown>();
  let container: Container = "file";
  let isWrapped = false;
  let hasList = false;
  let expected: Expected = "value";
  let memberName = "";

  let isInValue = false;
  let isInString = false;
  let isEscaped = false;
  let depth = 0;
  /** How long the value may be, each value within counted for more; what is held of it, null once it is longer. */
  let room = 0;
  let held: string[] | null = [];

  function begin(code: number): void {
    isInValue = true;
    isInString = code === QUOTE;
    isEscaped = false;
    depth = 0;
    room = container === "list" ? maxLength : MAX_MEMBER_LENGTH;
    held = [];
  }

  function hold(piece: string): void {
    room -= piece.length;
    if (room < 0) held = null;
    held?.push(piece);
  }

  function end(): void {
    isInValue = false;
    const text = held === null ? null : held.join("");
    held = [];
    if (container === "list") {
      onElement(text);
      expected = "comma_or_close";
    } else if (expected === "key" || expected === "key_or_close") {
      const name = text === null ? "" : parse(text);
      if (typeof name !== "string") throw broken();
      memberName = name;
      expected = "colon";
    } else {
      if (text !== null && header.size < MOST_MEMBERS) header.set(memberName, parse(text));
      expected = "comma_or_close";
    }
  }

  /** Where the value that is being read ends in `text`, from `from` on; the length of `text` if it goes on. */
  function readValue(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (code === BACKSLASH) isEscaped = true;
        else if (code === QUOTE) {
          isInString = false;
          if (depth === 0) return finishValue(text, from, at + 1);
        }
        continue;
      }
      if (code === QUOTE) isInString = true;
      else if (isOpening(code)) {
        depth += 1;
        room -= VALUE_COST;
        if (depth > maxDepth) throw refusal("This file is nested too deeply to be an export of conversations.");
      } else if (isClosing(code)) {
        // A number or a word ends where what is around it ends.
        if (depth === 0) return finishValue(text, from, at);
        depth -= 1;
        if (depth === 0) return finishValue(text, from, at + 1);
      } else if (code === COMMA) {
        if (depth === 0) return finishValue(text, from, at);
        room -= VALUE_COST;
      } else if (depth === 0 && isBlank(code)) return finishValue(text, from, at);
    }
    hold(text.slice(from));
    return text.length;
  }

  function finishValue(text: string, from: number, to: number): number {
    hold(text.slice(from, to));
    end();
    return to;
  }

  /** Takes the character at `at`, which lies between values, and returns where to read on. */
  function step(text: string, at: number): number {
    const code = text.charCodeAt(at);
    if (isBlank(code)) return at + 1;
    switch (expected) {
      case "value":
      case "value_or_close":
        return value(text, at, code);
      case "key":
      case "key_or_close":
        if (code === QUOTE) return firstOf(text, at, code);
        if (code === CLOSE_BRACE && expected === "key_or_close") return close(at);
        throw broken();
      case "colon":
        if (code !== COLON) throw broken();
        expected = "value";
        return at + 1;
      case "comma_or_close":
        if (code === COMMA) {
          expected = container === "list" ? "value" : "key";
          return at + 1;
        }
        if (code === (container === "list" ? CLOSE_BRACKET : CLOSE_BRACE)) return close(at);
        throw broken();
      case "nothing":
        throw broken();
    }
  }

  function value(text: string, at: number, code: number): number {
    if (container === "file") {
      if (code !== OPEN_BRACKET && code !== OPEN_BRACE) throw refusal(UNKNOWN_FILE);
      isWrapped = code === OPEN_BRACE;
      container = isWrapped ? "object" : "list";
      hasList = !isWrapped;
      expected = isWrapped ? "key_or_close" : "value_or_close";
      return at + 1;
    }
    if (container === "object" && memberName === LIST_NAME && code === OPEN_BRACKET) {
      hasList = true;
      container = "list";
      expected = "value_or_close";
      return at + 1;
    }
    if (code === CLOSE_BRACKET && expected === "value_or_close") return close(at);
    if (isClosing(code) || code === COMMA || code === COLON) throw broken();
    return firstOf(text, at, code);
  }

  function firstOf(text: string, at: number, code: number): number {
    begin(code);
    if (code !== QUOTE) return readValue(text, at);
    // The opening quote is behind us: the next one closes.
    hold('"');
    return readValue(text, at + 1);
  }

  function close(at: number): number {
    const isDone = container === "object" || !isWrapped;
    container = isDone ? "file" : "object";
    expected = isDone ? "nothing" : "comma_or_close";
    return at + 1;
  }

  return {
    push(text) {
      for (let at = 0; at < text.length; ) at = isInValue ? readValue(text, at) : step(text, at);
    },
    finish() {
      if (isInValue || expected !== "nothing") throw refusal("This file is cut off or damaged.");
      if (!hasList) throw refusal(UNKNOWN_FILE);
    },
    header: () => header,
  };
}

/** What `text` says as JSON; throws a refusal when it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ChatFailure({ code: "invalid_request", message: DAMAGED }, { cause });
  }
}

const UNKNOWN_FILE = "This file is not an export that Platen knows.";
const DAMAGED = "This file is damaged: it is not JSON throughout.";

function broken(): ChatFailure {
  return refusal(DAMAGED);
}

function refusal(message: string): ChatFailure {
  return new ChatFailure({ code: "invalid_request", message });
}

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

function isOpening(code: number): boolean {
  return code === OPEN_BRACE || code === OPEN_BRACKET;
}

function isClosing(code: number): boolean {
  return code === CLOSE_BRACE || code === CLOSE_BRACKET;
}

/** The white space of JSON (RFC 8259, 2). */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
