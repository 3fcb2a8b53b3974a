import { cutText } from "@/lib/chat/message";
import { LONG_WORDS, proseOf, VERY_LONG_WORDS } from "./essay";
import { programsFor } from "./programs";
import { LIST, MARKDOWN, MATHEMATICS, paragraphsFor, tableFor, UNICODE } from "./samples";
import { CONNECT, HELP, WHO } from "./setup";
import { haikuAbout, poemAbout, storyAbout } from "./verse";
import { type Exhibit, MOST_READ } from "./wishes";

const MOST_WORDS = 20_000;
const LONGEST_SUBJECT = 48;

/** The text of `exhibit` for a message that asked for it. */
export function show(exhibit: Exhibit, text: string, now: Date): string {
  switch (exhibit) {
    case "who":
      return WHO;
    case "connect":
      return CONNECT;
    case "help":
      return HELP;
    case "time":
      return timeAt(now);
    case "table":
      return tableFor(text);
    case "list":
      return LIST;
    case "markdown":
      return MARKDOWN;
    case "code":
      return programsFor(text);
    case "mathematics":
      return MATHEMATICS;
    case "unicode":
      return UNICODE;
    case "languages":
      return paragraphsFor(text);
    case "long":
      return longFor(text, LONG_WORDS);
    case "very_long":
      return longFor(text, VERY_LONG_WORDS);
    case "haiku":
      return `${haikuAbout(bare(subjectIn(text) ?? "typewriter"))}\n\nThe frame is the demo's, only the subject is yours: a real model would write a new one.`;
    case "poem":
      return `${poemAbout(subjectIn(text) ?? "rain")}\n\nThe demo keeps one poem, and puts your subject into it.`;
    case "story":
      return `${storyAbout(subjectIn(text) ?? "rain")}\n\nThe demo knows one story; your subject went into its gaps.`;
  }
}

/** What `text` wants something to be about, or undefined. At most a few words. */
export function subjectIn(text: string): string | undefined {
  const about = /\babout\s+(.+?)\s*(?:[.?!,;:\n]|$|\b(?:and then|please|with a|and an?)\b)/is.exec(
    cutText(text, MOST_READ),
  )?.[1];
  const subject = about?.replace(/[“”"«»]/g, "").trim();
  if (!subject) return undefined;
  return subject.length <= LONGEST_SUBJECT ? subject : subject.slice(0, LONGEST_SUBJECT).replace(/\s+\S*$/, "");
}

function bare(subject: string): string {
  return subject.replace(/^(?:an?|the)\s+/i, "");
}

function longFor(text: string, words: number): string {
  const asked = /\b(\d{3,6}) words\b/i.exec(text.replace(/(\d),(?=\d{3})/g, "$1"))?.[1];
  const subject = subjectIn(text);
  const regret =
    subject === undefined
      ? ""
      : `You asked for something about ${subject}. The demo carries only one long piece with it, and that is about typewriters; here it is.\n\n`;
  return regret + proseOf(asked === undefined ? words : Math.min(Number(asked), MOST_WORDS));
}

function timeAt(now: Date): string {
  const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "full" }).format(now);
  const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "long" }).format(now);
  return `By the clock of this server it is **${time}** on **${day}**.\n\nThe demo can look at a clock. A model by itself cannot; it only knows the time when somebody tells it.`;
}
