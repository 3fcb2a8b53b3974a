import { cutText } from "@/lib/chat/message";
import type { Turn } from "./request";
import { MOST_READ, wordCount } from "./wishes";

const LONGEST_QUOTE = 240;
const MOST_RECALLED = 20;
const LONGEST_REQUEST_WORDS = 12;

const NAME = /\b(?:my name is|call me|i am called|ich heiße|je m'appelle|me llamo)\s+([\p{L}][\p{L}'’-]*)/iu;
const ASKS_NAME = /\b(?:what(?:'s|’s| is| was)|know|remember|say) my name\b|\bwho am i\b/i;
const FIRST =
  /\bwhat (?:was|is) (?:my|the) (?:very )?first (?:message|question|thing)|\bwhat did i (?:say|ask|write) (?:at )?first\b/i;
const LAST =
  /\bwhat (?:did|have) i (?:just )?(?:say|said|ask|asked|write|written|wrote|want)\b|\bwhat (?:was|is) my (?:last|previous|latest) (?:message|question)\b|\bdo you remember (?:what i|my (?:last|question|message))/i;
const OURS =
  /\bwhat (?:did|have) you (?:just )?(?:say|said|answer|answered|write|written)\b|\bwhat was your (?:last|previous) (?:answer|message)\b/i;
const ALL =
  /\b(?:summari[sz]e|recap|sum up)\b(?:.*\b(?:conversation|chat|this|so far|us|discussion)\b|\W*$)|\bwhat have we (?:talked|discussed|spoken|been talking)|\bremember (?:our|this) conversation\b/i;

/**
 * What the conversation itself answers: a name that was given, what was asked or said before. `turns` ends with the
 * message to answer. Undefined when that message asks for nothing of the kind.
 */
export function recalled(turns: readonly Turn[]): string | undefined {
  const text = cutText(turns.at(-1)?.text ?? "", MOST_READ);
  const earlier = turns.slice(0, -1);
  const asked = earlier.filter(({ role }) => role === "user").map((turn) => turn.text);
  if (ALL.test(text) && wordCount(text) <= LONGEST_REQUEST_WORDS) return summaryOf(asked);
  if (OURS.test(text)) return ourLast(earlier);
  if (FIRST.test(text)) return quotedOr(asked[0], "The first thing you wrote in this conversation:");
  if (LAST.test(text)) return quotedOr(asked.at(-1), "Just before this, you wrote:");
  return nameIn(text, asked);
}

function summaryOf(asked: readonly string[]): string {
  if (asked.length === 0) return NOTHING_YET;
  const shown = asked.slice(-MOST_RECALLED);
  const items = shown.map((text, index) => `${asked.length - shown.length + index + 1}. ${inOneLine(text)}`);
  return `I cannot sum up, being only the demo, but I can read back. You wrote:\n\n${items.join("\n")}`;
}

function ourLast(earlier: readonly Turn[]): string {
  const said = earlier.findLast(({ role, text }) => role === "assistant" && text !== "")?.text;
  return said === undefined
    ? "Nothing yet: this would be my first answer in this conversation."
    : `My last answer began so:\n\n> ${inOneLine(said)}`;
}

function quotedOr(text: string | undefined, lead: string): string {
  return text === undefined
    ? NOTHING_YET
    : `${lead}\n\n> ${inOneLine(text)}\n\nThat needs no memory: like every model, the demo is sent the whole conversation each time, and reads it back.`;
}

const NOTHING_YET = "Nothing before this: yours is the first message of this conversation.";

function nameIn(text: string, asked: readonly string[]): string | undefined {
  const told = NAME.exec(text)?.[1];
  if (told !== undefined) {
    return `Pleased to meet you, ${told}. I am the demo model. Ask me later what your name is: I will find it again in this conversation.`;
  }
  if (!ASKS_NAME.test(text)) return undefined;
  const known = asked.map((each) => NAME.exec(each)?.[1]).findLast((name) => name !== undefined);
  return known === undefined
    ? "You have not told me in this conversation, and I know nothing beyond it."
    : `You are ${known}: you said so earlier in this conversation.`;
}

function inOneLine(text: string): string {
  const line = text
    .replace(/```[\s\S]*?(?:```|$)/g, "…")
    .replace(/\s+/g, " ")
    .trim();
  return line.length > LONGEST_QUOTE ? `${cutText(line, LONGEST_QUOTE).replace(/\s\S*$/, "")} …` : line;
}
