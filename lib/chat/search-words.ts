/** A stretch of a text in UTF-16 code units, its end not included. */
export type Range = readonly [start: number, end: number];

/**
 * Writing that puts no spaces between its words (Korean does, but joins particles to them): there every pair of
 * neighbouring characters is a term, so that any part of a sentence is found.
 */
const DENSE =
  "(?=[\\p{L}\\p{N}\\p{M}])[\\p{scx=Hani}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Hang}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}]";
/** No longer than a regular expression can bear: one that repeats for millions of characters throws. */
const RUNS = new RegExp(`(?<dense>(?:${DENSE}){1,100000})|(?:(?!${DENSE})[\\p{L}\\p{N}\\p{M}]){1,100000}`, "gu");
/** Scripts whose letters are found without their accents and vowel signs. In others a mark makes another letter. */
const ACCENTED =
  /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}]\p{Mn}*?)\p{Mn}+/gu;
/** Longer words, which are no words but keys or addresses, are found by their beginning. */
const LONGEST_TERM = 64;
/** And as much is looked at: to put the accents of one letter in order takes as long as the square of their number. */
const LONGEST_LOOKED_AT = 4 * LONGEST_TERM;
/** A word of one or two letters is looked for whole: too many begin with it. */
const SHORTEST_BEGINNING = 3;
/** Short beginnings are terms of their own: an index would have to gather what begins with them from too many words. */
const LONGEST_BEGINNING_TERM = 4;

type Run = { start: number; text: string; isDense: boolean };

function* runsOf(text: string): Generator<Run> {
  for (const match of text.matchAll(RUNS)) {
    yield { start: match.index, text: match[0], isDense: match.groups?.dense !== undefined };
  }
}

/** The beginning of a word as it is compared: in lower case, without accents, of one width. */
function folded(given: string): string {
  const word = given.slice(0, LONGEST_LOOKED_AT);
  const lower = isAscii(word)
    ? word.toLowerCase()
    : word
        .normalize("NFKD")
        .replace(ACCENTED, "$1")
        .normalize("NFKC")
        .toLowerCase()
        // Some letters come apart into several words.
        .replace(/[^\p{L}\p{N}\p{M}]+/gu, "");
  return lower.slice(0, LONGEST_TERM).toWellFormed();
}

function isAscii(word: string): boolean {
  for (let index = 0; index < word.length; index++) if (word.charCodeAt(index) > 0x7f) return false;
  return true;
}

/** The characters of a dense run as they are compared, each with where it stands. */
function charactersOf({ start, text }: Run): { start: number; character: string }[] {
  let at = start;
  return Array.from(text, (character) => {
    const place = { start: at, character: folded(character) };
    at += character.length;
    return place;
  });
}

/**
 * Adds to `terms` what `text` is found by: its words, the short beginnings of longer ones, and in dense writing every
 * character and every pair of neighbours.
 */
export function addTerms(terms: Set<string>, text: string): void {
  for (const run of runsOf(text)) {
    if (run.isDense) addDenseTerms(terms, run);
    else addWordTerms(terms, folded(run.text));
  }
}

function addWordTerms(terms: Set<string>, word: string): void {
  // What is there already has brought its beginnings.
  if (word === "" || terms.has(word)) return;
  for (let length = SHORTEST_BEGINNING; length <= Math.min(word.length, LONGEST_BEGINNING_TERM); length++) {
    const beginning = word.slice(0, length);
    if (beginning.isWellFormed()) terms.add(beginning);
  }
  terms.add(word);
}

function addDenseTerms(terms: Set<string>, run: Run): void {
  let previous = "";
  for (const character of lineOf(charactersOf(run))) {
    terms.add(character);
    if (previous !== "") terms.add(previous + character);
    previous = character;
  }
}

function lineOf(characters: readonly { character: string }[]): string {
  return characters.map(({ character }) => character).join("");
}

/** One thing that must be in what is found. */
export type Wanted = { type: "word"; term: string; isBeginning: boolean } | { type: "dense"; text: string };

/** More would only make the question slow. */
const MOST_WANTED = 12;

/**
 * What `query` asks for: all of it must be there. Empty when there is nothing to look for in it. Words shorter than
 * `shortestBeginning` are looked for whole, which is what the index can answer.
 */
export function wantedIn(query: string, shortestBeginning = SHORTEST_BEGINNING): Wanted[] {
  const wanted: Wanted[] = [];
  for (const run of runsOf(query)) {
    if (run.isDense) {
      const text = lineOf(charactersOf(run));
      if (text !== "") wanted.push({ type: "dense", text });
    } else {
      const term = folded(run.text);
      if (term !== "") wanted.push({ type: "word", term, isBeginning: term.length >= shortestBeginning });
    }
  }
  return wanted.slice(0, MOST_WANTED);
}

/** A term of the index: as it stands, or any that begins with it. */
export type IndexedTerm = { term: string; isBeginning: boolean };

/** The terms that whatever holds `wanted` has in the index. */
export function indexedTerms(wanted: readonly Wanted[]): IndexedTerm[] {
  return wanted.flatMap((one): IndexedTerm[] => {
    if (one.type === "word") {
      return [{ term: one.term, isBeginning: one.isBeginning && one.term.length > LONGEST_BEGINNING_TERM }];
    }
    const characters = Array.from(one.text);
    if (characters.length === 1) return [{ term: one.text, isBeginning: false }];
    return characters.slice(1).map((character, index) => ({ term: characters[index] + character, isBeginning: false }));
  });
}

/** Where `text` holds each of `wanted`: one list of ranges for each, in order, empty where it does not. */
export function placesOf(text: string, wanted: readonly Wanted[]): Range[][] {
  const places: Range[][] = wanted.map(() => []);
  if (isPlain(text) && !whatPlainHolds(text, wanted).some(Boolean)) return places;
  for (const run of runsOf(text)) {
    const characters = run.isDense ? charactersOf(run) : [];
    const word = run.isDense ? "" : folded(run.text);
    const line = lineOf(characters);
    for (const [index, one] of wanted.entries()) {
      const found = places[index];
      if (found === undefined) continue;
      if (one.type === "dense") found.push(...rangesInLine(run, characters, line, one.text));
      else if (!run.isDense && (one.isBeginning ? word.startsWith(one.term) : word === one.term)) {
        found.push([run.start, run.start + run.text.length]);
      }
    }
  }
  return places;
}

/**
 * Whether `text` could hold all of `wanted`. Of a text whose letters are those of ASCII it is soon seen that it does not;
 * of any other it is not said.
 */
export function couldHold(text: string, wanted: readonly Wanted[]): boolean {
  return !isPlain(text) || whatPlainHolds(text, wanted).every(Boolean);
}

/** Whether its only letters are those of ASCII, which are compared as they stand; signs, arrows and spaces are no letters. */
function isPlain(text: string): boolean {
  return !/[^ -~\s\u2000-\u206f\u2190-\u2bff]/.test(text);
}

function whatPlainHolds(text: string, wanted: readonly Wanted[]): boolean[] {
  const lower = text.toLowerCase();
  return wanted.map((one) => one.type === "word" && lower.includes(one.term));
}

function rangesInLine(
  run: Run,
  characters: readonly { start: number; character: string }[],
  line: string,
  text: string,
) {
  const ranges: Range[] = [];
  if (!line.includes(text)) return ranges;
  const starts = new Map<number, number>();
  let length = 0;
  for (const { start, character } of characters) {
    starts.set(length, start);
    length += character.length;
  }
  starts.set(length, run.start + run.text.length);
  for (let at = line.indexOf(text); at !== -1; at = line.indexOf(text, at + text.length)) {
    const [start, end] = [starts.get(at), starts.get(at + text.length)];
    if (start !== undefined && end !== undefined) ranges.push([start, end]);
  }
  return ranges;
}

/** `ranges` in order, those that touch or overlap joined. */
export function joinedRanges(ranges: readonly Range[]): Range[] {
  const joined: Range[] = [];
  for (const [start, end] of [...ranges].sort((left, right) => left[0] - right[0])) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last[1]) joined[joined.length - 1] = [last[0], Math.max(last[1], end)];
    else joined.push([start, end]);
  }
  return joined;
}

export type Excerpt = { text: string; ranges: Range[] };

const EXCERPT_BEFORE = 40;
const EXCERPT_LENGTH = 160;
const ELLIPSIS = "…";

/** Marks of Markdown that say how a text looks, and nothing else: fences with their language, bold, code, headings. */
const MARKS = /`{3,}\w*|`|\*\*|(?<=^|\n)#{1,6} /g;

/**
 * About 160 characters of `text` around the first of `ranges`, on one line, cut between words where there are any, and
 * without marks of Markdown.
 */
export function excerptOf(text: string, ranges: readonly Range[]): Excerpt {
  const first = ranges[0]?.[0] ?? 0;
  const start = startOfExcerpt(text, first);
  const end = endOfExcerpt(
    text,
    Math.max(start + EXCERPT_LENGTH, Math.min(ranges[0]?.[1] ?? 0, first + EXCERPT_LENGTH)),
  );
  const within = ranges.flatMap(([from, to]): Range[] =>
    from >= start && from < end ? [[from - start, Math.min(to, end) - start]] : [],
  );
  const plain = withoutMarks(text.slice(start, end), within);
  const before = start > 0 ? ELLIPSIS : "";
  return {
    // White space keeps its length, so that the ranges stay right.
    text: `${before}${plain.text.replace(/\s/g, " ")}${end < text.length ? ELLIPSIS : ""}`,
    ranges: plain.ranges.map(([from, to]) => [from + before.length, to + before.length]),
  };
}

/** A mark that holds some of what was looked for stays. */
function withoutMarks(text: string, ranges: readonly Range[]): Excerpt {
  const marks = Array.from(text.matchAll(MARKS), ({ index, 0: mark }): Range => [index, index + mark.length]).filter(
    ([start, end]) => !ranges.some(([from, to]) => from < end && to > start),
  );
  const removedBefore = (place: number) =>
    marks.reduce((length, [start, end]) => (end <= place ? length + end - start : length), 0);
  let plain = "";
  let from = 0;
  for (const [start, end] of marks) {
    plain += text.slice(from, start);
    from = end;
  }
  return {
    text: plain + text.slice(from),
    ranges: ranges.map(([start, end]) => [start - removedBefore(start), end - removedBefore(end)]),
  };
}

function startOfExcerpt(text: string, first: number): number {
  const earliest = text.length <= EXCERPT_LENGTH ? 0 : Math.max(0, first - EXCERPT_BEFORE);
  if (earliest === 0) return 0;
  const space = text.slice(earliest, first).search(/\s/);
  if (space !== -1) return earliest + space + 1;
  return isLowSurrogate(text, earliest) ? earliest + 1 : earliest;
}

function endOfExcerpt(text: string, latest: number): number {
  if (latest >= text.length) return text.length;
  const space = /\s\S{0,24}$/.exec(text.slice(0, latest + 1))?.index;
  if (space !== undefined && space > latest - 24) return space;
  return isLowSurrogate(text, latest) ? latest - 1 : latest;
}

function isLowSurrogate(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff;
}
