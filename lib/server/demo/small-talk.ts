import { deferredToModel, greetingIn, remarkFor } from "./setup";
import { isQuestion, isTask, wordCount } from "./wishes";

const COURTESIES: readonly [RegExp, string][] = [
  [
    /^(?:and )?how (?:are you|do you do|is it going|goes it)\b|^how's it going\b|^wie geht(?:'s| es)\b|^(?:comment )?ça va\b|^¿?qué tal\b/i,
    "Well, thank you: a demo has no bad days, and no good ones either. What would you like to see? A **table**, some **code**, **mathematics**, a **long answer**?",
  ],
  [
    /^(?:many )?(?:thanks?|thank you|thx|cheers|danke|merci|gracias)\b/i,
    "You are welcome. It was nothing, in the exact sense: there is only a demo here. When you connect a real model, thank that one.",
  ],
  [
    /^(?:good ?bye|bye|see you|ciao|tschüss|au revoir|adiós|good night)(?!\p{L})/iu,
    "Goodbye. The conversation stays where it is, and the demo stays until somebody connects a real model.",
  ],
  [
    /^(?:ok(?:ay)?|yes|yep|no|nope|sure|cool|great|nice|good|wow|lol|haha|super|perfect|amazing|awesome|hm+)\W*$/i,
    "Good. Shall I show you something else? Ask the demo for **mathematics**, **an overloaded model** or **a very long answer**.",
  ],
  [
    /^(?:test(?:ing)?|ping|1 2 3|hello world|asdf\w*)\W*$/i,
    "It works: your message reached the server, and this answer came back over the same path that a real model's would take. Only the model is a demo.",
  ],
  [
    /\b(?:tell me a joke|a joke|make me laugh)\b/i,
    "Why did the typewriter never finish its novel? It kept coming back to the beginning of the line.\n\nThat is the demo's only joke. A real model knows more of them, and some are better.",
  ],
];

/** What a courtesy, a question or a remark is answered with, when nothing else fits. */
export function converse(text: string): string {
  const courtesy = COURTESIES.find(([says]) => says.test(text))?.[1];
  if (courtesy !== undefined) return courtesy;
  const greeting = greetingIn(text);
  if (greeting) return `${greeting.back} ${greeting.introduction}`;
  if (isQuestion(text)) return deferredToModel(quoteOf(text), "question");
  return isTask(text) ? deferredToModel(quoteOf(text), "task") : remarkFor(remarkOn(text));
}

/** `text` as a Markdown quotation, shortened to a few lines. */
function quoteOf(text: string): string {
  const lines = text.split("\n").slice(0, MOST_LINES_QUOTED);
  const quoted = lines.map((line) => `> ${shortened(line, LONGEST_LINE)}`.trimEnd()).join("\n");
  return text.split("\n").length > MOST_LINES_QUOTED ? `${quoted}\n> …` : quoted;
}

const MOST_LINES_QUOTED = 4;
const LONGEST_LINE = 300;
const LONGEST_QUOTED_WHOLE = 60;

function remarkOn(text: string): string {
  const words = wordCount(text);
  if (words === 0)
    return `You wrote ${text.length <= LONGEST_QUOTED_WHOLE ? `“${text}”` : "something without a single word in it"}.`;
  if (text.length <= LONGEST_QUOTED_WHOLE && !text.includes("\n")) return `You wrote “${text.replace(/[.!…]+$/, "")}”.`;
  const topic = topicOf(text);
  const length = `${words.toLocaleString("en-GB")} ${words === 1 ? "word" : "words"}`;
  return topic === undefined ? `You wrote ${length}.` : `You wrote ${length}, about “${topic}”, if I read it right.`;
}

const COMMON_WORDS = new Set(
  "a about above after again all also always am an and any are as at be because been before being both but by can could did do does doing done dont down each even every few for from further get give go goes going got had has have having he her here him his how i i'd i'll i'm i've if in into is it it's its just know let like made make many may me might more most much must my need never new no nor not now of off often on once one only or other our out over own please put really said same say see she should show so some something still such take tell than that that's the their them then there these they thing things think this those though through time to today together tomorrow too under until up us use very want was way we well went were what when where which while who whom why will with would write yes yesterday yet you your".split(
    " ",
  ),
);
const MOST_TOPIC_WORDS = 3;

/** The longest run of uncommon words, at most three of them: a fair guess at what a text is about. */
function topicOf(text: string): string | undefined {
  const runs: string[][] = [[]];
  for (const word of text.match(/[\p{L}\p{N}'’-]+|[.,;:!?()\n]/gu) ?? []) {
    const run = runs.at(-1) ?? [];
    if (COMMON_WORDS.has(word.toLowerCase()) || !/\p{L}/u.test(word)) runs.push([]);
    else if (run.length < MOST_TOPIC_WORDS) run.push(word);
  }
  const letters = (run: readonly string[]) => run.join("").length;
  const longest = runs.reduce((best, run) => (letters(run) > letters(best) ? run : best), []);
  return longest.length === 0 ? undefined : shortened(longest.join(" "), LONGEST_QUOTED_WHOLE);
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).replace(/\s+\S*$/, "")} …`;
}
