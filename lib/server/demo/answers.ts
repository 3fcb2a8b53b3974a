import { cutText } from "@/lib/chat/message";
import { show } from "./exhibits";
import { recalled } from "./memory";
import { charactersIn, type DemoRequest, type Turn, tokensOf } from "./request";
import type { Pace } from "./rhythm";
import { hashOf } from "./seed";
import { deferredToModel, greetingIn } from "./setup";
import { converse } from "./small-talk";
import { matterOf, thoughtfulAnswer, thoughtsOn } from "./thoughts";
import { trickFor } from "./tricks";
import { type Ending, type Failure, isQuestion, MOST_READ, type Wishes, wishesIn, wordCount } from "./wishes";

/** How the written part of an answer closes: with a stop reason of the Messages API, or by never closing. */
type Close = "end_turn" | "max_tokens" | "refusal" | "broken" | "stalled";

export type Answer = {
  type: "answer";
  /** Empty when there is no thinking block. */
  thinking: string;
  /** Whole, though only the first `written` UTF-16 units of it are sent. */
  text: string;
  written: number;
  pace: Pace;
  close: Close;
};

export type Plan = Answer | { type: "failure"; failure: Failure };

const CONTINUES =
  /^(?:please |now )?(?:continue|go on|carry on|keep (?:going|writing)|weiter|mach weiter|continuez|continúa|sigue)(?!\p{L})/iu;
const AGAIN =
  /^(?:and )?(?:please )?(?:again|once more|one more time|repeat(?: that| it| this| your (?:last )?answer)?|say (?:that|it) again|do (?:that|it) again|same again|noch ?mal|noch einmal|encore|otra vez)(?:,? please)?\W*$/i;
const LONGEST_CONTINUE_WORDS = 16;
/** The page's own button asks so: what is said again is laid over what is there. */
const SAYS_LAST_WORDS_AGAIN = /\bbeginning with your last words\b/i;
/** Planning an earlier answer again looks back no further than this, so a history of nothing but "again" stays cheap. */
const MOST_TURNS_REPLANNED = 40;

/** What the demo says to the conversation in `request`: always the same for the same conversation and clock. */
export function planFor(request: DemoRequest, now: Date): Plan {
  if (!request.isStreamed && asksForTitle(request)) return answer({ text: titleOf(request.turns) });
  const plan = planTurn(request.turns, now);
  return plan.type === "answer" ? withinTokens(plan, request.maxTokens) : plan;
}

function planTurn(turns: readonly Turn[], now: Date): Plan {
  const text = turns.at(-1)?.text.trim() ?? "";
  if (CONTINUES.test(text) && wordCount(text) <= LONGEST_CONTINUE_WORDS) return continued(turns, now, text);
  if (AGAIN.test(text)) return repeated(turns, now);
  return planFresh(turns, now);
}

function planFresh(turns: readonly Turn[], now: Date): Plan {
  const { text: written = "", attachments = [] } = turns.at(-1) ?? {};
  const greeting = greetingIn(written.trim());
  const text = greeting && greeting.rest !== "" ? greeting.rest : written.trim();
  const wishes = wishesIn(text);
  if (wishes.failure) return { type: "failure", failure: wishes.failure };
  const openings = [greeting && greeting.rest !== "" ? greeting.back : "", regretFor(attachments)];
  const body = withFootnote(opened(openings, bodyFor(text, wishes, turns, now, attachments.length > 0)));
  return answer({
    thinking: wishes.isThinking ? thoughtsOn(text, wishes) : "",
    text: body,
    pace: wishes.isSlow ? "slow" : hashOf(text) % 3 === 0 ? "bursts" : "smooth",
    ...(wishes.ending && endingOf(wishes.ending, body)),
  });
}

function bodyFor(text: string, wishes: Wishes, turns: readonly Turn[], now: Date, hasAttachments: boolean): string {
  const known = recalled(turns) ?? trickFor(text);
  if (known !== undefined) return known;
  if (wishes.exhibits.length > 0) return wishes.exhibits.map((exhibit) => show(exhibit, text, now)).join("\n\n");
  if (wishes.isThinking) {
    const matter = matterOf(text);
    return isQuestion(matter)
      ? deferredToModel(`> ${matter.replace(/\s+/g, " ")}`, "question")
      : thoughtfulAnswer(text);
  }
  if (wishes.ending) return ABOUT_ENDINGS[wishes.ending];
  if (wishes.isSlow) return SLOW;
  if (text !== "") return converse(text);
  return hasAttachments ? "Ask **“How do I connect Claude?”** for somebody who can." : EMPTY;
}

const EMPTY = "That was a message without words. Ask the demo for **help**, and it will list what it can show you.";

const SLOW =
  "This is a slow answer. Each word waits for the one before it, so that you have time to press Stop, to scroll away, or to look out of the window. The demo could go on like this all day, but it is polite enough to end here.";

const ABOUT_ENDINGS: Readonly<Record<Ending, string>> = {
  cut_off:
    "This is what an answer looks like when it reaches its limit. A model is allowed a certain number of tokens for each answer. When they are used up, it stops where it stands, in the middle of a sentence if need be, and reports the stop reason `max_tokens`. The demo has plenty of tokens left and is only acting, but the page does not know that: it should tell you that the answer was cut off, and offer to continue. If you take the offer, you will read this sentence to its end, and that is all there was to come.",
  broken:
    "Somewhere between this sentence and the end of the next one, the connection to the model will break. No stop reason will arrive, and no farewell; the demo simply lets go of the line, as a server does that loses its power. What has arrived until then is kept, and the page should say that the answer was interrupted, and not pretend that it was complete. If you go on from here, the demo will send what was lost.",
  stalled:
    "In a moment the demo will fall silent. The connection stays open, but nothing comes any more, as happens when a model hangs. You can press Stop, and should be obeyed at once. Or you can wait: after a while the page ought to give up by itself, and to say so. The demo itself would keep you waiting for ten minutes.",
  refused_at_once: "",
  refused_midway:
    "Sometimes a model begins to answer, and only then decides that it would rather not. The demo does so in the middle of this sentence, for no reason other than that you asked it to, and what it has written so far stays where it is, with a word about why there is no more.",
};

function endingOf(ending: Ending, text: string): Partial<Answer> {
  switch (ending) {
    case "cut_off":
      return { close: "max_tokens", written: placeInSentence(text, 0.55) };
    case "broken":
      return { close: "broken", written: placeInSentence(text, 0.5) };
    case "stalled":
      return { close: "stalled", written: placeInSentence(text, 0.45) };
    case "refused_midway":
      return { close: "refusal", written: placeInSentence(text, 0.5) };
    case "refused_at_once":
      return { close: "refusal", written: 0 };
  }
}

/** The end of a word with no punctuation after it, past `share` of the text. */
function placeInSentence(text: string, share: number): number {
  const from = Math.floor(text.length * share);
  const distance = text.slice(from).search(/(?<=\p{L}\p{L}) (?=\p{L})/u);
  return distance < 0 ? from : from + distance;
}

function answer(parts: Partial<Answer> & { text: string }): Answer {
  return { type: "answer", thinking: "", written: parts.text.length, pace: "smooth", close: "end_turn", ...parts };
}

/** `body` after the sentences in `openings`: on the same line, or above it where it begins with a block of its own. */
function opened(openings: readonly string[], body: string): string {
  const opening = openings.filter((sentence) => sentence !== "").join(" ");
  if (opening === "" || body === "") return opening + body;
  return opening + (/^(?:[>#|]|\*\*|```|\d+\. )/.test(body) ? "\n\n" : " ") + body;
}

function withFootnote(text: string): string {
  if (text === "" || /\bdemo\b/i.test(text)) return text;
  return `${text}\n\n*From the demo model: there is no real one behind this page yet. Ask “How do I connect Claude?”*`;
}

function regretFor(attachments: readonly string[]): string {
  if (attachments.length === 0) return "";
  const what =
    attachments.length > 1
      ? `${attachments.length} attachments`
      : attachments[0] === "image"
        ? "an image"
        : "a document";
  return `Your message came with ${what}, and that is all I can tell: the demo cannot look into ${attachments.length > 1 ? "them" : "it"}.`;
}

/** The rest of the answer before this, if it was one of ours and was not finished. */
function continued(turns: readonly Turn[], now: Date, asked: string): Plan {
  const last = turns.findLastIndex(({ role, text }) => role === "assistant" && text !== "");
  const said = turns[last]?.text.trimEnd() ?? "";
  if (said === "")
    return answer({ text: "There is nothing to go on from yet. Ask the demo for **a cut-off answer** first." });
  const plan = planTurn(turns.slice(Math.max(0, last - MOST_TURNS_REPLANNED), last), now);
  const isUnfinished = plan.type === "answer" && plan.text.startsWith(said) && plan.text.length > said.length;
  if (!isUnfinished) return answer({ text: "That answer was complete, and the demo has nothing to add to it." });
  const rest = SAYS_LAST_WORDS_AGAIN.test(asked) ? withLastWords : restFrom;
  return answer({ text: rest(plan.text, said.length), pace: plan.pace });
}

/** `text` from some words before `place`, on the same line. */
function withLastWords(text: string, place: number): string {
  const words = /(?:\S+[^\S\n]+){0,3}\S+$/.exec(text.slice(Math.max(0, place - LONGEST_STEP_BACK), place))?.[0] ?? "";
  return text.slice(place - words.length);
}

const LONGEST_STEP_BACK = 40;

/** `text` from the word in which `place` lies; inside a fenced program from the line, with its fence opened again. */
function restFrom(text: string, place: number): string {
  const fences = text.slice(0, place).match(/^```.*$/gm) ?? [];
  if (fences.length % 2 === 1) {
    const lineStart = text.lastIndexOf("\n", place - 1) + 1;
    return text.startsWith("```", lineStart) ? text.slice(lineStart) : `${fences.at(-1)}\n${text.slice(lineStart)}`;
  }
  const stepBack = /\S*$/.exec(text.slice(Math.max(0, place - LONGEST_STEP_BACK - 1), place))?.[0].length ?? 0;
  const isInsideWord = /^\S/.test(text.slice(place)) && stepBack <= LONGEST_STEP_BACK;
  return text.slice(isInsideWord ? place - stepBack : place).trimStart();
}

function repeated(turns: readonly Turn[], now: Date): Plan {
  const before = turns.slice(0, -1);
  const last = before.findLastIndex(({ role, text }) => role === "user" && !AGAIN.test(text.trim()));
  if (last < 0)
    return answer({
      text: "There is nothing to repeat yet: this is where our conversation begins. Ask the demo for **help**.",
    });
  return planTurn(before.slice(Math.max(0, last - MOST_TURNS_REPLANNED), last + 1), now);
}

function withinTokens(plan: Answer, maxTokens: number): Answer {
  const room = charactersIn(Math.max(0, maxTokens - tokensOf(plan.thinking)));
  return plan.written <= room ? plan : { ...plan, written: cutText(plan.text, room).length, close: "max_tokens" };
}

function asksForTitle({ system, turns }: DemoRequest): boolean {
  return /\btitle\b/i.test(system) || /\btitle\b/i.test(turns.at(-1)?.text ?? "");
}

const MOST_TITLE_WORDS = 6;

/** The first words that were written, without the instruction where that stands in front of them. */
function titleOf(turns: readonly Turn[]): string {
  const first = cutText(turns[0]?.text.trim() ?? "", MOST_READ);
  const matter = turns.length === 1 && /\btitle\b/i.test(first) ? first.replace(/^[\s\S]*?\n\n/, "") : first;
  const words = matter
    .replace(/[#*_`>|[\]]/g, " ")
    .trim()
    .split(/\s+/)
    .slice(0, MOST_TITLE_WORDS)
    .join(" ");
  const title = words.replace(/[\s.,;:!?–-]+$/, "");
  return title === "" ? "Demo conversation" : title.charAt(0).toUpperCase() + title.slice(1);
}
