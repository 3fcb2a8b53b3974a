import { type Message, textOf } from "@/lib/chat/message";
import { highestInputTokens, spendWithin } from "../budget";
import type { Instance } from "../instance";
import { complete, modelId } from "../model";
import { highestOutputNanoUsd, priceList } from "../money/prices";
import { errorFields, log } from "../operating/log";
import { giveTitle, readUntitled } from "../store/conversations";
import { knownModels } from "./models";

/** Nobody waits for a title, so it waits until no answer has been under way for so long; at most so often. */
const QUIET_MS = 2_000;
const MOST_WAITS = 30;

const SYSTEM_PROMPT =
  "Write a title for the conversation below: two to six words, in its own language, without quotation marks and without a full stop. Answer with the title alone.";
const MAX_OUTPUT_TOKENS = 40;
/** The beginning of a message and of its answer say what they are about. */
const READ_CHARACTERS = 1_500;
const MOST_CHARACTERS = 80;
const MOST_WORDS = 12;

export type TitledConversation = { conversationId: string; visitorId: string; codeLabel: string | undefined };

/** Has the model name a conversation whose first answer has just ended. Where it does not, the first words stand. */
export function titleLater(live: Instance, conversation: TitledConversation): void {
  // Another server's model may be slow, or write anything but a title.
  if (!modelId().startsWith("claude-")) return;
  let waits = 0;
  const wait = () => {
    const timer = setTimeout(() => {
      waits += 1;
      if (live.isDraining) return;
      if (live.running.size > 0 && waits < MOST_WAITS) return wait();
      writeTitle(live, conversation).catch((error: unknown) => log("warn", "title", errorFields(error)));
    }, QUIET_MS);
    timer.unref();
  };
  wait();
}

async function writeTitle(live: Instance, { conversationId, visitorId, codeLabel }: TitledConversation): Promise<void> {
  const turn = await readUntitled(live.store, conversationId);
  if (turn === undefined) return;
  const model = cheapestModel();
  const prompt = promptAbout(turn);
  const call = {
    visitorId,
    codeLabel,
    model,
    inputTokens: highestInputTokens([prompt], SYSTEM_PROMPT),
    maxOutputTokens: MAX_OUTPUT_TOKENS,
  };
  const written = await spendWithin(live, call, async () => {
    const { text, usage } = await complete({
      model,
      systemPrompt: SYSTEM_PROMPT,
      prompt,
      maxOutputTokens: MAX_OUTPUT_TOKENS,
    });
    return { result: text, usage };
  });
  const title = written === undefined ? undefined : titleIn(written);
  if (title !== undefined) await giveTitle(live.store, conversationId, title);
}

function cheapestModel(): string {
  const list = priceList();
  const cost = (id: string) => highestOutputNanoUsd(id, 0, list);
  const ids = knownModels()
    .map(({ id }) => id)
    .filter((id) => id.startsWith("claude-"));
  return ids.reduce((cheapest, id) => (cost(id) < cost(cheapest) ? id : cheapest), modelId());
}

function promptAbout(turn: readonly Message[]): string {
  return turn
    .map(({ role, content }) => {
      const text = textOf(content).slice(0, READ_CHARACTERS).toWellFormed();
      return role === "user" ? `<message>\n${text}\n</message>` : `<answer>\n${text}\n</answer>`;
    })
    .join("\n");
}

/** The title in what the model wrote; undefined when that is no title. */
export function titleIn(written: string): string | undefined {
  const lines = written.replaceAll("\0", "").trim().split("\n");
  const title = (lines[0] ?? "")
    .replace(/^(?:#+|title:)\s*/i, "")
    .replace(/^["'“”„«*_]+|["'“”»*_.。]+$/gu, "")
    .trim()
    .toWellFormed();
  const isTitle = lines.length === 1 && title !== "" && title.length <= MOST_CHARACTERS;
  return isTitle && title.split(/\s+/).length <= MOST_WORDS ? title : undefined;
}
