import { sumIn } from "./arithmetic";
import { subjectIn } from "./exhibits";
import { isQuestion, type Wishes, wordCount } from "./wishes";

/** What a message asks to be thought about, without the asking. */
export function matterOf(text: string): string {
  return text
    .replace(
      /^(?:please |can you |could you |show me (?:how you )?)?(?:think|thinking|reason|ponder)(?:ing)?(?: (?:hard|harder|carefully|aloud|out loud|step by step|first|this through|it through))*(?: (?:about|on|over))?[\s:,.–-]*/i,
      "",
    )
    .trim();
}

/** The demo's thoughts on `text`: what it sees in it, what it can and cannot do, what it will do. */
export function thoughtsOn(text: string, wishes: Wishes): string {
  const matter = matterOf(text);
  const opening = `The message is: “${excerptOf(text)}” – ${wordCount(text)} ${wordCount(text) === 1 ? "word" : "words"}. I am asked to think before I answer.`;
  const sum = sumIn(text);
  if (sum !== undefined) {
    const steps = sum.steps.map((step, index) => `${index + 1}. ${step}`).join("\n");
    return `${opening}\n\nThere is something to work out in it: ${sum.expression}. Parentheses come first, then powers, then products, then sums.\n\n${steps}\n\nI check the order once more: yes. So I give the result and say how I came by it.`;
  }
  if (wishes.exhibits.length > 0) {
    return `${opening}\n\nAsked for, in this order: ${wishes.exhibits.map((exhibit) => exhibit.replace("_", " ")).join(", ")}. I have each of these ready, so there is nothing to invent.\n\nShould I explain much? No. A short line before each, and then the thing itself.`;
  }
  if (isQuestion(matter)) {
    return `${opening}\n\nThis is a real question: “${excerptOf(matter)}” What could I say to it?\n\nI could guess. But I am the demo; I have rules for some words and no knowledge of the world, so a guess would only look like an answer. That would be worse than none.\n\nSo: repeat the question, say plainly that it needs a real model, and show how to connect one.`;
  }
  const subject = subjectIn(text);
  return `${opening}\n\n${subject === undefined ? "No subject is given, so thinking itself is what is wanted." : `The subject is ${subject}. I know the words, and nothing of what they stand for.`}\n\nWhat is a thought, for a program like me? A few rules applied in order: look for a sum, look for something to show, look for a question mark. None of them has found anything here.\n\nThen it is best to be brief, and to say what this grey text above the answer is for.`;
}

/** The answer to a message that asks for thinking and for nothing else. */
export function thoughtfulAnswer(text: string): string {
  const subject = subjectIn(text);
  const opening =
    subject === undefined
      ? "What came before this line was a thinking block."
      : `You asked me to think about **${subject}**. What came before this line was the best a demo can do: a thinking block.`;
  return `${opening} A model that thinks streams it first, block by block like any text, and signs it, so that it can be sent back unchanged with your next message.

My thoughts follow rules, and you have read all of them. A real model thinks about what you asked. To see the difference, try **think step by step: 12 * (3 + 4)** here, and then ask **“How do I connect Claude?”**`;
}

const LONGEST_EXCERPT = 120;

function excerptOf(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= LONGEST_EXCERPT ? line : `${line.slice(0, LONGEST_EXCERPT).replace(/\s+\S*$/, "")} …`;
}
