import { numeral, sumIn } from "./arithmetic";
import { graphemesOf } from "./segments";
import { wordCount } from "./wishes";

const MOST_COUNTED = 1_000;

/** What the demo can really do with a message: reckon, count, turn round, say after. Undefined when it asks for none of that. */
export function trickFor(text: string): string | undefined {
  return reckoned(text) ?? countedIn(text) ?? countedTo(text) ?? turned(text) ?? saidAfter(text);
}

function reckoned(text: string): string | undefined {
  const sum = sumIn(text);
  if (sum === undefined) return undefined;
  if (!Number.isFinite(sum.value)) {
    return `\`${sum.expression}\` has no value: somewhere in it something is divided by nothing, or grows past every number I can hold.`;
  }
  const steps = sum.steps.length > 1 ? `\n\n${sum.steps.map((step) => `- ${step}`).join("\n")}` : "";
  return `\`${sum.expression}\` = **${numeral(sum.value)}**${steps}\n\nThat was a small calculator, not a model: the demo can reckon, but it cannot reason.`;
}

const LETTER_ASKED: readonly RegExp[] = [
  /\bhow many (?:letters? )?["'“‘]?(\p{L})["'”’]?(?:['’]?s)?(?: are| is)?(?: there)? in (?:the )?(?:word )?["'“‘]?([\p{L}-]+)/iu,
  /\bhow (?:many times|often) (?:does|is) (?:the )?(?:letter )?["'“‘]?(\p{L})["'”’]? (?:appear|occur|stand|there|come up)s? in (?:the )?(?:word )?["'“‘]?([\p{L}-]+)/iu,
];

function countedIn(text: string): string | undefined {
  const letter = LETTER_ASKED.map((asked) => asked.exec(text)).find((match) => match !== null);
  if (letter?.[1] && letter[2]) return lettersIn(letter[1], letter[2]);
  const request =
    /^(?:please )?(?:count|how many)(?: the| all)?(?: number of)? (words|letters|characters)\b.*?(?:[:"“]|\bin\b|\bof\b)\s*(.+)$/isu.exec(
      text,
    );
  if (!request?.[2]) return undefined;
  return measureOf(
    unquoted(request[2].replace(/^(?:this|the)(?: (?:sentence|text|phrase|word|message))?\s*:?\s*/i, "")),
  );
}

function lettersIn(letter: string, word: string): string {
  const marked = Array.from(word, (each) => (each.toLowerCase() === letter.toLowerCase() ? `**${each}**` : each));
  const count = marked.filter((each) => each.startsWith("**")).length;
  return `${spelled(marked)}: the letter *${letter}* stands in “${word}” **${count === 1 ? "once" : count === 2 ? "twice" : `${count} times`}**.\n\nI counted, which is easy for a demo: a program sees letters, where a model sees tokens.`;
}

function spelled(letters: readonly string[]): string {
  return letters.join("-");
}

function measureOf(text: string): string {
  const characters = graphemesOf(text).length;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return `> ${text}\n\n${plural(wordCount(text), "word")}, ${plural(letters, "letter")}, ${plural(characters, "character")} with spaces. Counted by the demo, one by one.`;
}

function plural(count: number, noun: string): string {
  return `**${count.toLocaleString("en-GB")}** ${noun}${count === 1 ? "" : "s"}`;
}

function countedTo(text: string): string | undefined {
  const target = /^(?:please |can you |could you )?count (?:from (?:1|one) )?(?:up )?to (\d{1,6})\b/i.exec(text)?.[1];
  if (target === undefined) return undefined;
  const last = Math.min(Number(target), MOST_COUNTED);
  const numbers = Array.from({ length: last }, (_, index) => index + 1).join(", ");
  const rest = last < Number(target) ? ` …and so on; the demo stops at ${numeral(MOST_COUNTED)}.` : ".";
  return numbers + rest;
}

const TURNS: readonly [RegExp, (text: string) => string][] = [
  [/^(?:please )?(?:reverse|spell backwards?|turn round)\b(.+)$/is, reversed],
  [/^(?:please )?(?:spell|write|say)\b(.+?)\b(?:backwards?|in reverse)\W*$/is, reversed],
  [/^(?:please )?(?:uppercase|upper case|capitali[sz]e|shout)\b(.+)$/is, (text) => text.toUpperCase()],
  [/^(?:please )?(?:lowercase|lower case|whisper)\b(.+)$/is, (text) => text.toLowerCase()],
];

function turned(text: string): string | undefined {
  for (const [says, turn] of TURNS) {
    const subject = unquoted(says.exec(text)?.[1] ?? "");
    if (subject !== "") return turn(subject);
  }
  return undefined;
}

/** `text` from its last visible character to its first. */
function reversed(text: string): string {
  return graphemesOf(text).reverse().join("");
}

function saidAfter(text: string): string | undefined {
  const echoed = /^(?:please )?(?:echo\b|repeat after me\b|(?:say|repeat)\s*:|(?:say|repeat)\s+(?=["“]))(.+)$/is.exec(
    text,
  )?.[1];
  const subject = unquoted(echoed ?? "");
  return subject === "" ? undefined : subject;
}

function unquoted(text: string): string {
  const bare = text
    .trim()
    .replace(/^(?:the (?:word|phrase|sentence|text) )/i, "")
    .replace(/^:\s*/, "")
    .trim();
  return /^["'“‘].*["'”’][.?!]?$/s.test(bare) ? bare.replace(/^["'“‘]/, "").replace(/["'”’][.?!]?$/, "") : bare;
}
