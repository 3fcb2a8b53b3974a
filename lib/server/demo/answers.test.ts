import { describe, expect, it } from "vitest";
import { type Answer, type Plan, planFor } from "./answers";
import { readRequest } from "./request";
import { keystrokes } from "./rhythm";

const now = new Date("2026-12-04T14:03:00Z");

/** The plan for a conversation whose messages alternate, the user's first. */
function plan(texts: readonly unknown[], more: Record<string, unknown> = { stream: true }): Plan {
  const messages = texts.map((content, index) => ({ role: index % 2 === 0 ? "user" : "assistant", content }));
  const request = readRequest(JSON.stringify({ messages, ...more }));
  if ("fault" in request) throw new Error(request.fault);
  return planFor(request, now);
}

function answerTo(...texts: readonly unknown[]): Answer {
  const planned = plan(texts);
  if (planned.type !== "answer") throw new Error(planned.failure);
  return planned;
}

const said = (...texts: readonly unknown[]) => {
  const { text, written } = answerTo(...texts);
  return text.slice(0, written);
};

describe("every answer", () => {
  const wishes =
    "Hi|Hallo|Bonjour|Hola|a table|a list|markdown|code|code in C|mathematics|a long answer|a very long answer|think|a slow answer|a cut-off answer|a broken connection|a stalled answer|refuse halfway|emoji|languages|help|who are you?|connect|haiku|a poem|a story|what time is it?|12 * 3|1/0|reverse x|echo x|count to 3|thanks|how are you?|ok|test|tell me a joke|Why?|I like rain|🎉|continue|again|what is my name?|summarise our conversation";

  it.each(wishes.split("|"))("says that it is a demo: %s", (wish) => {
    expect(said(wish)).toMatch(/\bdemo\b/i);
  });

  it("is the same for the same conversation", () => {
    expect(answerTo("Tell me about the sea")).toEqual(answerTo("Tell me about the sea"));
  });
});

describe("what is asked for is shown", () => {
  it.each([
    ["Show me a table", /\| :-- \| --: \|/],
    ["a table with 12 rows", /\| 12 \| 144 \| 1728 \|/],
    ["write some code in Rust", /```rust\n/],
    ["python please", /```python\n/],
    ["a Go program", /```go\n/],
    ["some SQL", /```sql\n/],
    ["bash script", /```bash\n/],
    ["show CSS", /```css\n/],
    ["HTML", /```html\n/],
    ["show me TypeScript", /```ts\n/],
    ["a formula", /\$\$\n[\s\S]*\n\$\$/],
    ["emoji", /👨‍👩‍👧‍👦/],
    ["Japanese", /タイプライター/],
    ["How do I connect Claude?", /ANTHROPIC_API_KEY=sk-ant-… npm start/],
    ["how can I use a local model", /ANTHROPIC_BASE_URL=http:\/\/localhost:11434 ANTHROPIC_MODEL=/],
    ["zeig mir eine Tabelle", /\| :-- \|/],
  ])("%s", (wish, shown) => {
    expect(said(wish)).toMatch(shown);
  });

  it("shows several things in the order in which they were asked for", () => {
    const text = said("Show me some code, then a table, then mathematics and a long answer");
    const places = ["```ts", "| :-- |", "$$", "# The line that moves"].map((mark) => text.indexOf(mark));
    expect(places).toEqual(places.toSorted((left, right) => left - right));
    expect(places[0]).toBeGreaterThan(0);
  });

  it("lets manners go with things", () => {
    expect(answerTo("a slow table, then break the connection")).toMatchObject({ pace: "slow", close: "broken" });
  });

  it("says so when it carries no program in the language, or was asked for a particular one", () => {
    expect(said("a function in Ruby")).toMatch(/nothing in Ruby/);
    expect(said("Write a Python function that adds two numbers")).toMatch(
      /^The demo cannot write or mend code to order/,
    );
    expect(said("code in Python")).toMatch(/^A small piece of \*\*Python\*\*/);
  });

  it.each([
    ["an overloaded model", "overloaded"],
    ["please simulate a rate limit", "rate_limited"],
  ])("%s has no answer", (wish, failure) => {
    expect(plan([wish])).toEqual({ type: "failure", failure });
  });

  it("writes long answers of about 1,500 and 4,500 words, or of as many as are asked for", () => {
    const words = (wish: string) => said(wish).split(/\s+/).length;
    expect(words("a long answer")).toBeGreaterThan(1_400);
    expect(words("a long answer")).toBeLessThan(1_900);
    expect(words("a very long answer")).toBeGreaterThan(4_000);
    expect(Math.abs(words("write 300 words") - 300)).toBeLessThan(150);
    expect(Math.abs(words("write 9,000 words") - 9_000)).toBeLessThan(200);
  });

  it("leaves no fence open in a long answer of any length", () => {
    for (let words = 100; words < 6_000; words += 97) {
      expect(said(`write ${words} words`).match(/^```/gm)?.length ?? 0, `${words}`).toSatisfy(
        (n: number) => n % 2 === 0,
      );
    }
  });
});

describe("words that are no wish", () => {
  it.each([
    "Who sat at the round table of King Arthur?",
    "What do you think about Kant?",
    "Why do computers have overloaded operators?",
    "How long is the Nile?",
    "Is the connection between Paris and Lyon often interrupted?",
  ])("a real question is left to a real model: %s", (question) => {
    expect(answerTo(question)).toMatchObject({ thinking: "", close: "end_turn" });
    expect(said(question)).toMatch(/^> .*\?\n\nThat is a question for a real model/);
  });

  it("a task is, too", () => {
    expect(said("Explain quantum computing in simple terms")).toMatch(/That is a task for a real model/);
  });

  it("a remark is referred to", () => {
    expect(said("I love trains.")).toMatch(/^You wrote “I love trains”\./);
    expect(said("I have been learning to bake sourdough bread this winter and it never rises overnight.")).toMatch(
      /^You wrote 15 words, about “bake sourdough bread”/,
    );
  });

  it("the subject of a poem is a subject only", () => {
    expect(said("a poem about a table")).toMatch(/^\*\*A table\*\*/);
    expect(said("a poem about a table")).not.toMatch(/\| :-- \|/);
  });
});

describe("conversation", () => {
  it("greets back, and goes on to what was asked", () => {
    expect(said("Hi there! Show me a table")).toMatch(/^Hello! A table/);
    expect(said("Guten Morgen")).toMatch(/^Hallo!/);
    expect(said("Hello, what is the capital of France?")).toMatch(/^Hello!\n\n> what is the capital/);
  });

  it("remembers what was written", () => {
    expect(said("My name is Ada", "…", "What's my name?")).toMatch(/^You are Ada/);
    expect(said("a table", "…", "What did I just ask?")).toContain("> a table");
    expect(said("one", "…", "two", "…", "What was my first message?")).toContain("> one");
    expect(said("one", "…", "two", "…", "summarise our conversation")).toContain("1. one\n2. two");
    expect(said("one", "Two!", "What did you say?")).toContain("> Two!");
  });

  it("repeats the last answer", () => {
    expect(said("mathematics", "…", "again")).toBe(said("mathematics"));
    expect(said("mathematics", "…", "again", "…", "once more")).toBe(said("mathematics"));
    expect(plan(["an overloaded model", "…", "again"])).toEqual({ type: "failure", failure: "overloaded" });
  });

  it("goes on where a cut answer stopped", () => {
    const whole = answerTo("a cut-off answer").text;
    const first = said("a cut-off answer");
    expect(`${first} ${said("a cut-off answer", first, "Continue")}`).toBe(whole);
  });

  it("goes on from any place, twice, at the start of a word", () => {
    const whole = said("a haiku about rain");
    const first = whole.slice(0, 31);
    const second = said("a haiku about rain", first, "continue").slice(0, 41);
    const third = said("a haiku about rain", first, "continue", second, "Please go on.");
    expect(whole.endsWith(third)).toBe(true);
    expect(whole.slice(first.length).startsWith(third)).toBe(false);
  });

  it("opens a fence again when it goes on inside a program", () => {
    const first = said("code in Go").slice(0, 400);
    expect(said("code in Go", first, "continue")).toMatch(/^```go\n/);
  });

  it("has nothing to add to a whole answer, nor to somebody else's", () => {
    expect(said("mathematics", said("mathematics"), "continue")).toMatch(/^That answer was complete/);
    expect(said("mathematics", "By another model.", "continue")).toMatch(/^That answer was complete/);
  });

  it("bears a history of ten thousand repetitions", () => {
    const history = Array.from({ length: 20_001 }, (_, index) => (index % 2 === 0 ? "continue" : "x"));
    expect(said(...history)).toMatch(/demo/);
  });

  it("answers only the last of several messages that were merged", () => {
    const merged = [
      { type: "text", text: "an overloaded model" },
      { type: "text", text: "reverse abc" },
    ];
    expect(said(merged)).toMatch(/^cba/);
  });

  it("owns up to not seeing what is attached", () => {
    const content = [
      { type: "image", source: {} },
      { type: "text", text: "What is this picture of?" },
    ];
    expect(said(content)).toMatch(/^Your message came with an image, and that is all I can tell/);
  });
});

describe("text made to hurt", () => {
  const pieces = [
    "(",
    " ",
    "!",
    "?",
    "-",
    "1 ",
    "refuse ",
    "recap ",
    "poem ",
    "about ",
    "break ",
    "```",
    "> ",
    "how many ",
    "backwards ",
  ];

  it.each(pieces)("is answered in time that grows with it: %j", (piece) => {
    // What is quadratic would take longer than a test has.
    const text = piece.repeat(200_000 / piece.length);
    for (const each of [text, `echo ${text}x`, `spell ${text}x`, `count words in ${text}x`, `12${text}x`]) {
      const { text: answered, pace } = answerTo(each);
      keystrokes(answered, pace, 1);
    }
    expect(plan([text], { stream: false, system: "A title." })).toMatchObject({ text: expect.stringMatching(/./) });
  });
});

describe("a title", () => {
  const whole = { stream: false, system: "Write a short title for this conversation." };

  it("is made of the first words", () => {
    expect(plan(["how do steam engines work, and since when?"], whole)).toMatchObject({
      text: "How do steam engines work, and",
    });
    expect(plan(["Write a title for:\n\nmaking sourdough bread."], { stream: false })).toMatchObject({
      text: "Making sourdough bread",
    });
  });
});
