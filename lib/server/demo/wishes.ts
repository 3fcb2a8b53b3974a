import { cutText } from "@/lib/chat/message";
import { namesLanguage } from "./programs";
import { namesScript } from "./samples";

/** A thing the demo can put into an answer. */
export type Exhibit =
  | "who"
  | "connect"
  | "help"
  | "time"
  | "table"
  | "list"
  | "markdown"
  | "code"
  | "mathematics"
  | "unicode"
  | "languages"
  | "very_long"
  | "long"
  | "haiku"
  | "poem"
  | "story";

/** How an answer ends when it does not simply end. */
export type Ending = "cut_off" | "broken" | "stalled" | "refused_at_once" | "refused_midway";

/** Why there is no answer at all. */
export type Failure = "overloaded" | "rate_limited";

export type Wishes = {
  /** In the order in which they were asked for. */
  exhibits: Exhibit[];
  isThinking: boolean;
  isSlow: boolean;
  ending?: Ending;
  failure?: Failure;
};

const FAILURES: readonly [Failure, RegExp][] = [
  ["overloaded", /\boverload(?:ed|s|ing)?\b|\b529\b|überlastet|surchargé|sobrecargado/i],
  ["rate_limited", /\brate[- ]?limit(?:ed|s|ing)?\b|\b429\b|\btoo many requests\b/i],
];

const ENDINGS: readonly [Ending, RegExp][] = [
  [
    "refused_midway",
    /\b(?:refus(?:al|e|es|ed|ing)\b.*\b(?:mid-?way|half-?way|middle|later)|(?:partial|late|mid-?answer) refusal)\b/i,
  ],
  ["refused_at_once", /\brefus(?:al|e|es|ed|ing)\b/i],
  [
    "broken",
    /\bbr(?:eaks?|oken|oke)\b.{0,20}\b(?:connection|stream|line|wire|network|answer|off)\b|\b(?:connection|stream|network|wire)\b.{0,20}\b(?:breaks?|broken|drops?|dies|lost|error|failure)\b|\b(?:drop(?:s|ped)?|los[et]s?|lost|cut|kill)\b.{0,20}\b(?:connection|stream|line|wire|network)\b|\bdisconnect|\binterrupt(?:ed|ion)\b/i,
  ],
  [
    "cut_off",
    /\bcut(?:s|ting)?[- ]?(?:it )?(?:off|short)\b|\btruncat(?:e|ed|ion)\b|\bmax[_ -]?tokens\b|\b(?:token|length) limit\b|\bmid-sentence\b/i,
  ],
  ["stalled", /\bstall(?:s|ed|ing)?\b|\bhang(?:s|ing)?\b(?! on\b)|\b(?:goes|go|fall|falls) silent\b/i],
];

const EXHIBITS: readonly [Exhibit, RegExp][] = [
  [
    "time",
    /\bwhat(?:'s| is)? (?:the )?(?:time|date|day)\b|\b(?:current|today's) (?:time|date)\b|^(?:the )?(?:time|date)\W*$|\bwhat time is it\b/i,
  ],
  ["markdown", /\bmarkdown\b|\beverything\b|\bformatting\b|\bkitchen sink\b/i],
  ["table", /\btables?\b|\btabelle\b|\btableau\b|\btabla\b/i],
  ["list", /\blists?\b|\bbullet(?:s| points?)?\b|\bcheck ?list\b|\bto-?do\b/i],
  ["code", /\bcode\b|\bprogram(?:me|s)?\b|\bfunction\b|\bscript\b|\bsnippet\b|\bsource\b/i],
  [
    "mathematics",
    /\bmath(?:s|ematics|ematical|ematik)?\b|\bformulas?\b|\bformulae\b|\bequations?\b|\b(?:la|ka)tex\b|\bproofs?\b|\bintegrals?\b/i,
  ],
  ["unicode", /\bemojis?\b|\bunicode\b|\bgraphemes?\b|\bspecial characters\b/i],
  ["languages", /\b(?:other |foreign |different )(?:languages|scripts|alphabets)\b|^languages?\W*$/i],
  ["haiku", /\bhaikus?\b/i],
  ["poem", /\bpoems?\b|\bverses?\b|\bgedicht\b/i],
  ["story", /\bstor(?:y|ies)\b|\btale\b/i],
  ["very_long", /\bvery(?:,? very)* long\b|\b(?:longest|extremely long|huge|endless)\b/i],
  ["long", /(?<!\bhow )\blong(?:er)?\b|\bessay\b|\blengthy\b|\b\d{3,6} words\b/i],
];

const WHO =
  /\b(?:who|what) (?:exactly )?are you\b|\b(?:which|what) (?:(?:ai|language|llm) )?model\b|\bare you (?:really )?(?:an? )?(?:real|claude|chatgpt|gpt|ai|bot|human|robot|demo|person|model|llm)\b|\byour name\b|\bwho (?:made|built|wrote|created) you\b/i;
const CONNECT =
  /^connect\b|\b(?:connect|set ?up|configure|plug in|hook up|use|add|enter|switch to|get)\b.{0,30}\b(?:claude|models?|keys?|ollama|llms?|anthropic)\b|\bapi[- ]?keys?\b|\bollama\b|\blm studio\b|\bllama\.cpp\b|\banthropic_/i;
const HELP =
  /^(?:help|examples?|demo|options|commands|features|menu|\?)(?: me)?\W*$|\bwhat (?:else )?can (?:you|i|this)\b|\bwhat (?:else )?do you do\b|\bshow me what\b|\bhow does this work\b|\bwhat is this(?: (?:page|app|site|thing))?\W*$|\bsomething else\b/i;

const QUESTION =
  /^(?:who|whom|whose|what|when|where|why|which|how|is|are|was|were|do|does|did|should|has|have|will)(?:'s|’s)?\b/i;
const SUGGESTION = /^(?:how|what) about\b/i;
const ASKS =
  /\b(?:show|give|write|make|draw|draft|want|need|see|try|create|produce|print|play|simulate|send|reply|answer|respond|tell|pretend|let|lets|let's|demo|demonstrate|example|sample|please|can you|could you|would you|think|reason|refuse|break|drop|cut|stall|hang|fail|render|display|look|looks|type|do|get|generate|compose|again|another|more|zeig|schreib|montre|écris|muestra|escribe)\b/i;
const ASKS_WITHIN_A_QUESTION = /\b(?:show|write|looks?|simulate|render|display)\b/i;
/** Some patterns take quadratic time on text made to hurt them, so they never see much of it. */
export const MOST_READ = 2_000;
const SHORT_WORDS = 6;

/** What `written` asks for in its first 2,000 UTF-16 units. Words of a real question, or of a long remark that asks for nothing, are not wishes. */
export function wishesIn(written: string): Wishes {
  const text = cutText(written, MOST_READ);
  const exhibits = answersAboutUs(text);
  if (!isRequest(text)) {
    return { exhibits: exhibits.length > 0 ? exhibits : found("time", text), isThinking: false, isSlow: false };
  }
  const ending = ENDINGS.find(([, says]) => says.test(text))?.[0];
  const failure = FAILURES.find(([, says]) => says.test(text))?.[0];
  return {
    exhibits: exhibits.length > 0 ? exhibits : shownBy(text),
    isThinking: /(?<!\b(?:i|we|you|they) )\bthink(?:ing)?\b|\breason(?:ing)?\b|\bstep by step\b|\bponder\b/i.test(text),
    isSlow: /\bslow(?:ly|er)?\b|\blangsam\b|\blentement\b|\bdespacio\b|\bword by word\b/i.test(text),
    ...(ending && { ending }),
    ...(failure && { failure }),
  };
}

function answersAboutUs(text: string): Exhibit[] {
  if (CONNECT.test(text) && wordCount(text) <= 30) return ["connect"];
  if (WHO.test(text) && wordCount(text) <= 15) return ["who"];
  if (HELP.test(text) && wordCount(text) <= 15) return ["help"];
  return [];
}

function found(exhibit: Exhibit, text: string): Exhibit[] {
  return EXHIBITS.some(([name, says]) => name === exhibit && says.test(text)) ? [exhibit] : [];
}

function shownBy(text: string): Exhibit[] {
  // What a poem is about is its subject, and no wish of its own.
  const wanted = text.replace(/\b(haiku|poem|verse|story|tale|essay)\b(.*?)\babout\b.*$/is, "$1$2");
  const exhibits = EXHIBITS.map(([exhibit, says]) => ({ exhibit, place: wanted.search(says) }))
    .filter(({ place }) => place >= 0)
    .sort((left, right) => left.place - right.place)
    .map(({ exhibit }) => exhibit);
  if (namesLanguage(wanted) && !exhibits.includes("code")) exhibits.push("code");
  if (namesScript(wanted) && !exhibits.includes("languages")) exhibits.push("languages");
  const isLengthMeant = exhibits.every((exhibit) => LENGTHS.has(exhibit)) || LONG_TEXT.test(wanted);
  const length = exhibits.find((exhibit) => LENGTHS.has(exhibit));
  return exhibits.filter((exhibit) => !LENGTHS.has(exhibit) || (isLengthMeant && exhibit === length));
}

/** Beside any other exhibit these are adjectives, unless it is a text that shall be long. */
const LENGTHS: ReadonlySet<Exhibit> = new Set(["long", "very_long"]);
const LONG_TEXT =
  /\b(?:long(?:er|est)?|huge|endless|lengthy) (?:answer|text|essay|reply|article|piece|message)\b|\bessay\b/i;

function isRequest(text: string): boolean {
  if (SUGGESTION.test(text)) return true;
  if (QUESTION.test(text)) return ASKS_WITHIN_A_QUESTION.test(text);
  return ASKS.test(text) || wordCount(text) <= SHORT_WORDS;
}

/** Words as white space parts them. */
export function wordCount(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

const TASK =
  /^(?:please |can you |could you |would you |i want you to )?(?:explain|translate|write|rewrite|describe|summari[sz]e|tell me|give me|find|fix|help me|compare|improve|plan|suggest|recommend|invent|design|correct|create|make|draw|draft|compose|generate|search|look up|analy[sz]e|review|debug|refactor|name|teach|convert|solve)\b/i;

/** Whether `text` sets a task, by its first words. */
export function isTask(text: string): boolean {
  return TASK.test(text);
}

/** Whether `text` asks something, by its mark or its first word. */
export function isQuestion(text: string): boolean {
  return /[?？؟]["'”)\s]*$/.test(text) || QUESTION.test(text);
}
