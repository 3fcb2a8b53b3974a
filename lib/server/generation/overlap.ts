/** Lays the beginning of a text that comes in pieces over the end of one that is there. */
export type Joint = {
  /** What is to be written behind the first text, as far as that is known. */
  add(text: string): string;
  /** What is still held back: no more comes. */
  end(): string;
};

/** How far back a repetition is looked for, in UTF-16 code units. */
const MOST_REPEATED = 2_000;
/** At most so much is held back before it is decided. */
const MOST_HELD = 2 * MOST_REPEATED;

/** Joins what comes to `before`, less what it repeats: last words, last lines, the head of a code block or table that is open. */
export function joinTexts(before: string): Joint {
  const tail = before.slice(-MOST_REPEATED);
  const head = openHead(before);
  let held = "";
  let isDecided = before === "";

  function decide(isWhole: boolean): string {
    const repeated = repeatedIn(held.slice(0, MOST_HELD), { tail, head, isWhole: isWhole || held.length >= MOST_HELD });
    if (repeated === undefined) return "";
    isDecided = true;
    return held.slice(repeated);
  }

  return {
    add(text) {
      if (isDecided) return text;
      held += text;
      return decide(false);
    },
    end: () => (isDecided ? "" : decide(true)),
  };
}

/** What a model likes to write again: the line that opened a code block, the two lines that head a table. */
type OpenHead = { type: "none" } | { type: "fence"; mark: string } | { type: "table"; lines: string };

type Before = { tail: string; head: OpenHead; isWhole: boolean };

/** How many UTF-16 code units at the start of `text` are there already; undefined while more of it could change that. */
function repeatedIn(text: string, { tail, head, isWhole }: Before): number | undefined {
  const lead = text.length - text.trimStart().length;
  const heading = repeatedHead(text.slice(lead), head, isWhole);
  if (heading === undefined) return undefined;
  const rest = text.slice(lead + heading);
  // It may go on to be more of the tail than it is so far.
  if (!isWhole && tail.slice(0, -1).includes(rest)) return undefined;
  // Behind a head that is written again, the line that was cut is begun again, however short.
  const overlap =
    isWhole && isCutRepetition(rest, tail) ? rest.length : longestOverlap(rest, tail, heading > 0 ? 1 : 2);
  // White space in front of what is repeated is no part of either text.
  return heading + overlap === 0 ? 0 : lead + heading + overlap;
}

function repeatedHead(text: string, head: OpenHead, isWhole: boolean): number | undefined {
  const unlessWhole = isWhole ? 0 : undefined;
  switch (head.type) {
    case "none":
      return 0;
    case "table":
      if (text.startsWith(head.lines)) return head.lines.length;
      return head.lines.startsWith(text) ? unlessWhole : 0;
    case "fence": {
      if (text.length < 3) return "```".startsWith(text) || "~~~".startsWith(text) ? unlessWhole : 0;
      if (!text.startsWith(head.mark.slice(0, 3))) return 0;
      const end = text.indexOf("\n");
      if (end === -1) return unlessWhole;
      // A line that closes a code block has nothing behind its fence (CommonMark 0.31, 4.5).
      return /^(?:`{3,}|~{3,})[^`\n]*[^`~\s]/.test(text.slice(0, end)) ? end + 1 : 0;
    }
  }
}

/** Whether `text`, which is all that came, broke off in the middle of saying the last words again. */
function isCutRepetition(text: string, tail: string): boolean {
  if (!/^[\p{L}\p{N}]./su.test(text)) return false;
  for (let length = text.length + 1; length <= Math.min(MOST_ASKED, tail.length); length++) {
    if (tail.slice(-length).startsWith(text) && isRepetition(length, tail)) return true;
  }
  return false;
}

function longestOverlap(text: string, tail: string, shortest: number): number {
  for (let length = Math.min(text.length, tail.length); length >= shortest; length--) {
    if (text.startsWith(tail.slice(-length)) && isRepetition(length, tail)) return length;
  }
  return 0;
}

const FEW_LETTERS = 4;
const LONG_ENOUGH = 8;
/** About what is asked to be repeated. */
const SOME_WORDS = 60;
const MOST_ASKED = 2 * SOME_WORDS;

/** Whether the last `length` units of `tail`, found again, are a repetition and no coincidence, like the l in "pul" and "ley". */
function isRepetition(length: number, tail: string): boolean {
  const repeated = tail.slice(-length);
  // In a text that goes round in circles, going on looks like repeating.
  const beginning = repeated.slice(0, SOME_WORDS);
  if (length > SOME_WORDS && tail.indexOf(beginning) !== tail.lastIndexOf(beginning)) return false;
  const isWholeLine = length === tail.length || tail.at(-length - 1) === "\n";
  if (!isWholeLine && !beginsWord(length, tail)) return false;
  const lettersAndNumbers = repeated.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return isWholeLine || /^\p{L}/u.test(repeated) || (length >= LONG_ENOUGH && lettersAndNumbers >= FEW_LETTERS);
}

/** Nobody who repeats begins in the middle of a word; where words are not parted, anywhere. */
function beginsWord(length: number, tail: string): boolean {
  const first = tail.slice(-length);
  if (/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(first))
    return length >= LONG_ENOUGH;
  return !/^[\p{L}\p{N}\p{M}]/u.test(first) || !/[\p{L}\p{N}\p{M}]$/u.test(tail.slice(0, -length));
}

function openHead(text: string): OpenHead {
  const lines = text.split("\n");
  const mark = openFence(lines);
  if (mark !== undefined) return { type: "fence", mark };
  const rows = lines.at(-1) === "" ? lines.slice(0, -1) : lines;
  const table = rows.slice(rows.findLastIndex((line) => !isRow(line)) + 1);
  const [header, delimiter] = table;
  if (table.length < 3 || header === undefined || delimiter === undefined) return { type: "none" };
  return /^[\s|:-]*-[\s|:-]*$/.test(delimiter)
    ? { type: "table", lines: `${header}\n${delimiter}\n` }
    : { type: "none" };
}

function isRow(line: string): boolean {
  return line.trimStart().startsWith("|");
}

/** The fence of the code block that is open after `lines`, unless it is still being written itself. */
function openFence(lines: readonly string[]): string | undefined {
  let open: string | undefined;
  for (const line of lines.slice(0, -1)) {
    const [, mark, behind] = /^\s*(`{3,}|~{3,})([^`]*)$/.exec(line) ?? [];
    if (mark === undefined) continue;
    if (open === undefined) open = mark;
    else if (mark.startsWith(open) && behind?.trim() === "") open = undefined;
  }
  return open;
}
