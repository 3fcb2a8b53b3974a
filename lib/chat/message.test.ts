import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { settledContent } from "./conversation";
import {
  applyEvent,
  type ContentBlock,
  clampContent,
  cutEvents,
  cutText,
  type Delta,
  type GenerationEvent,
  mergeDeltas,
  textOf,
} from "./message";

function begin(index: number, content_block: ContentBlock): GenerationEvent {
  return { type: "content_block_start", index, content_block };
}

function extend(index: number, delta: Delta): GenerationEvent {
  return { type: "content_block_delta", index, delta };
}

const textDelta = (text: string): Delta => ({ type: "text_delta", text });
const says = (index: number, text: string) => extend(index, textDelta(text));
const close = (index: number): GenerationEvent => ({ type: "content_block_stop", index });
const textBlock = (text = "") => ({ type: "text" as const, text });
const thinkingBlock = (thinking = "", signature = "") => ({ type: "thinking" as const, thinking, signature });
const toolBlock = (id = "tool-1"): ContentBlock => ({ type: "server_tool_use", id, name: "web_search" });

const START: GenerationEvent = { type: "generation_start", id: "a", conversationId: "c", parentId: "u", model: "m" };
const RETRYING: GenerationEvent = { type: "retrying", attempt: 1, afterSeconds: 1, code: "overloaded" };
const END: GenerationEvent = { type: "generation_end", outcome: { type: "interrupted" } };

function fold(events: readonly GenerationEvent[]): readonly ContentBlock[] {
  return events.reduce<readonly ContentBlock[]>(applyEvent, []);
}

/** What a block may say, in the pieces it may come in: astral characters are cut anywhere, as some servers do. */
const prose = fc.string({ unit: fc.constantFrom("a", "é", " ", "\n", "😀", "👩‍💻", "漢"), maxLength: 12 });
const pieces = fc.tuple(prose, fc.array(fc.nat(24), { maxLength: 4 })).map(([text, cuts]) => {
  const borders = [0, ...cuts.filter((cut) => cut < text.length).sort((left, right) => left - right), text.length];
  return borders.slice(1).map((border, index) => text.slice(borders[index], border));
});

type Line = { block: ContentBlock; deltas: Delta[] };

function lineOf(block: ContentBlock, deltas: Delta[]): Line {
  return { block, deltas };
}

const line: fc.Arbitrary<Line> = fc.oneof(
  { weight: 3, arbitrary: pieces.map(([first = "", ...rest]) => lineOf(textBlock(first), rest.map(textDelta))) },
  pieces.map((texts) =>
    lineOf(thinkingBlock(), [
      ...texts.map((thinking): Delta => ({ type: "thinking_delta", thinking })),
      { type: "signature_delta", signature: "signed" },
    ]),
  ),
  pieces.map((texts) =>
    lineOf(
      toolBlock(),
      texts.map((partial_json): Delta => ({ type: "input_json_delta", partial_json })),
    ),
  ),
);

/** Deltas and events that have no place where they stand; none of them may change the content. */
function noise(index: number): fc.Arbitrary<GenerationEvent> {
  return fc.constantFrom(
    RETRYING,
    says(index + 40, "nobody"),
    extend(index + 40, { type: "signature_delta", signature: "x" }),
  );
}

/** A whole answer as the Messages API writes it: one block after the other. */
const answer = fc
  .array(fc.tuple(line, fc.boolean()), { maxLength: 5 })
  .chain((lines) => {
    const events = lines.flatMap(([{ block, deltas }, isClosed], index) => [
      begin(index, block),
      ...deltas.map((delta) => extend(index, delta)),
      ...(isClosed ? [close(index)] : []),
    ]);
    return fc.tuple(
      fc.constant(events),
      fc.array(fc.tuple(fc.nat(events.length), noise(lines.length)), { maxLength: 3 }),
    );
  })
  .map(([events, disturbances]) => {
    const all = events.slice();
    for (const [at, event] of disturbances) all.splice(at, 0, event);
    return [START, ...all];
  });

/** Whatever a broken server could send: any index, any kind of delta, in any order. */
const nonsense: fc.Arbitrary<GenerationEvent[]> = fc.array(
  fc.nat(4).chain((index) =>
    fc.oneof(
      line.map(({ block }) => begin(index, block)),
      prose.map((text) => says(index, text)),
      prose.map((thinking) => extend(index, { type: "thinking_delta", thinking })),
      fc.constantFrom<GenerationEvent>(
        close(index),
        extend(index, { type: "citations_delta", citation: 1 }),
        extend(index, { type: "input_json_delta", partial_json: "{" }),
        extend(index, { type: "signature_delta", signature: "s" }),
        RETRYING,
      ),
    ),
  ),
  { maxLength: 16 },
);

describe("applyEvent", () => {
  test("writes each kind of block out of its deltas", () => {
    const events: GenerationEvent[] = [
      START,
      begin(0, thinkingBlock()),
      extend(0, { type: "thinking_delta", thinking: "Hm" }),
      extend(0, { type: "thinking_delta", thinking: "m." }),
      extend(0, { type: "signature_delta", signature: "si" }),
      extend(0, { type: "signature_delta", signature: "gned" }),
      close(0),
      begin(1, toolBlock()),
      extend(1, { type: "input_json_delta", partial_json: '{"query":' }),
      extend(1, { type: "input_json_delta", partial_json: '"x"}' }),
      begin(2, textBlock("Fo")),
      says(2, "ur."),
      extend(2, { type: "citations_delta", citation: { url: "one" } }),
      extend(2, { type: "citations_delta", citation: { url: "two" } }),
      RETRYING,
      END,
    ];
    expect(fold(events)).toEqual([
      thinkingBlock("Hmm.", "signed"),
      { ...toolBlock(), partial_json: '{"query":"x"}' },
      { type: "text", text: "Four.", citations: [{ url: "one" }, { url: "two" }] },
    ]);
  });

  test("replaces the touched block only, and changes nothing it was given", () => {
    const before = Object.freeze([Object.freeze(textBlock("one")), Object.freeze(textBlock("two"))]);
    const after = applyEvent(before, says(1, "!"));
    expect(after).toEqual([textBlock("one"), textBlock("two!")]);
    expect(after[0]).toBe(before[0]);
  });

  test.each<[string, GenerationEvent]>([
    ["the start of the generation", START],
    ["the end of a block", close(0)],
    ["a retry", RETRYING],
    ["the end of the generation", END],
    ["a delta for a block that never began", says(7, "lost")],
    ["a delta of another kind than its block", extend(0, { type: "thinking_delta", thinking: "?" })],
    ["a signature for text", extend(0, { type: "signature_delta", signature: "s" })],
    ["a tool's input for text", extend(0, { type: "input_json_delta", partial_json: "{" })],
    ["text for a tool", says(1, "?")],
    ["a citation for a tool", extend(1, { type: "citations_delta", citation: 1 })],
  ])("%s leaves the same array", (_, event) => {
    const content = [textBlock("one"), toolBlock()];
    expect(applyEvent(content, event)).toBe(content);
  });

  test("a block named again begins anew in its place", () => {
    expect(fold([begin(0, textBlock()), says(0, "old"), begin(0, textBlock()), says(0, "new")])).toEqual([
      textBlock("new"),
    ]);
  });

  test("an index left out leaves no hole", () => {
    expect(fold([begin(3, textBlock("first")), begin(9, textBlock("second"))])).toEqual([
      textBlock("first"),
      textBlock("second"),
    ]);
  });

  test("nothing a broken server sends makes a hole or throws", () => {
    fc.assert(
      fc.property(nonsense, (events) => {
        const content = fold(events);
        expect(Array.from(content).every((block) => typeof block?.type === "string")).toBe(true);
      }),
    );
  });
});

describe("mergeDeltas", () => {
  test.each<[Delta, Delta, Delta]>([
    [textDelta("a"), textDelta("b"), textDelta("ab")],
    [
      { type: "thinking_delta", thinking: "a" },
      { type: "thinking_delta", thinking: "b" },
      { type: "thinking_delta", thinking: "ab" },
    ],
    [
      { type: "input_json_delta", partial_json: "{" },
      { type: "input_json_delta", partial_json: "}" },
      { type: "input_json_delta", partial_json: "{}" },
    ],
    [
      { type: "signature_delta", signature: "a" },
      { type: "signature_delta", signature: "b" },
      { type: "signature_delta", signature: "ab" },
    ],
  ])("joins %j and %j", (left, right, joined) => {
    expect(mergeDeltas(extend(2, left), extend(2, right))).toEqual(extend(2, joined));
  });

  test.each<[string, GenerationEvent, GenerationEvent]>([
    ["deltas of two blocks", says(0, "a"), says(1, "b")],
    ["deltas of two kinds", says(0, "a"), extend(0, { type: "thinking_delta", thinking: "b" })],
    [
      "citations",
      extend(0, { type: "citations_delta", citation: 1 }),
      extend(0, { type: "citations_delta", citation: 2 }),
    ],
    ["the start of a block and its first delta", begin(0, textBlock("a")), says(0, "b")],
    ["a delta and the end of its block", says(0, "a"), close(0)],
    ["retries", RETRYING, RETRYING],
  ])("keeps %s apart", (_, left, right) => {
    expect(mergeDeltas(left, right)).toBeUndefined();
  });

  test("any neighbours merged, the content is the same", () => {
    const choices = fc.infiniteStream(fc.boolean());
    fc.assert(
      fc.property(fc.oneof(answer, nonsense), choices, (events, isMerged) => {
        const fewer: GenerationEvent[] = [];
        for (const event of events) {
          const last = fewer.at(-1);
          const merged = last !== undefined && isMerged.next().value ? mergeDeltas(last, event) : undefined;
          if (merged === undefined) fewer.push(event);
          else fewer[fewer.length - 1] = merged;
        }
        expect(fold(fewer)).toEqual(fold(events));
      }),
    );
  });
});

describe("cutText", () => {
  test.each([
    ["ab😀cd", 0, ""],
    ["ab😀cd", 2, "ab"],
    ["ab😀cd", 3, "ab"],
    ["ab😀cd", 4, "ab😀"],
    ["ab😀cd", 6, "ab😀cd"],
    ["ab😀cd", 99, "ab😀cd"],
    ["ab😀cd", Number.POSITIVE_INFINITY, "ab😀cd"],
    ["a\ud83d", 2, "a\ud83d"],
    ["", 0, ""],
  ])("%j to %d units is %j", (text, length, kept) => {
    expect(cutText(text, length)).toBe(kept);
  });
});

describe("clampContent", () => {
  const CONTENT = [thinkingBlock("Hm", "s"), textBlock("one"), toolBlock(), textBlock("two"), toolBlock("tool-2")];

  test.each([
    [0, [CONTENT[0]]],
    [2, [CONTENT[0], textBlock("on")]],
    [3, CONTENT.slice(0, 3)],
    [5, [...CONTENT.slice(0, 3), textBlock("tw")]],
  ])("%d units keep what begins before the cut", (shown, kept) => {
    expect(clampContent(CONTENT, shown)).toEqual(kept);
  });

  test.each([6, 7, Number.POSITIVE_INFINITY])("%d units, which is all of it, leave the same array", (shown) => {
    expect(clampContent(CONTENT, shown)).toBe(CONTENT);
  });

  test("a cut inside a surrogate pair moves in front of it", () => {
    expect(clampContent([textBlock("a😀")], 2)).toEqual([textBlock("a")]);
    expect(clampContent([textBlock("a"), textBlock("😀")], 2)).toEqual([textBlock("a")]);
  });

  test("citations of the block that is cut stay", () => {
    const cited = { ...textBlock("cited"), citations: [{ url: "one" }] };
    expect(clampContent([cited], 2)).toEqual([{ ...cited, text: "ci" }]);
  });
});

describe("cutEvents", () => {
  test("what was cut away becomes deltas without text, so that numbers stay", () => {
    const events = [
      START,
      begin(0, textBlock()),
      says(0, "one"),
      says(0, "two"),
      close(0),
      RETRYING,
      begin(1, toolBlock()),
    ];
    expect(cutEvents(events, 4)).toEqual([
      START,
      begin(0, textBlock()),
      says(0, "one"),
      says(0, "t"),
      says(0, ""),
      RETRYING,
      says(0, ""),
    ]);
  });

  test("all of it shown leaves each event as it is", () => {
    const events = [START, begin(0, textBlock("ab")), says(0, "cd")];
    const kept = cutEvents(events, 4);
    expect(kept.every((event, index) => event === events[index])).toBe(true);
  });

  test("a pair that came in two halves is never split", () => {
    const events = [begin(0, textBlock()), says(0, "a\ud83d"), says(0, "\ude00b")];
    expect(textOf(fold(cutEvents(events, 2)))).toBe("a");
  });

  test("text for a block that never began, or is none, does not count as shown", () => {
    const events = [begin(0, thinkingBlock()), says(0, "unseen"), says(5, "unseen"), begin(1, textBlock("seen"))];
    expect(textOf(fold(cutEvents(events, 3)))).toBe("see");
  });

  test("for any answer and any cut, the log keeps what the page kept", () => {
    fc.assert(
      fc.property(answer, fc.nat(70), (events, shown) => {
        const whole = textOf(fold(events));
        const cut = cutEvents(events, shown);
        const logged = settledContent(fold(cut));
        expect(cut).toHaveLength(events.length);
        expect(logged).toEqual(settledContent(clampContent(fold(events), shown)));
        expect(textOf(logged)).toBe(cutText(whole, shown));
        expect(textOf(logged).isWellFormed()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("cut again at the same place, nothing changes", () => {
    fc.assert(
      fc.property(answer, fc.nat(70), (events, shown) => {
        const once = cutEvents(events, shown);
        expect(fold(cutEvents(once, shown))).toEqual(fold(once));
      }),
    );
  });

  test("nothing a broken server sends makes it lose an event or throw", () => {
    fc.assert(
      fc.property(nonsense, fc.nat(40), (events, shown) => {
        expect(cutEvents(events, shown)).toHaveLength(events.length);
      }),
    );
  });
});
