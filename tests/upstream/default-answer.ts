import { type StreamScenario, thinkingThenText, tokensPerSecond } from "./scenario";

const TEXTS = [
  `A platen is the flat plate of a press that brings paper and type together. In the hand press of 1450 it was a block of wood, lowered by a screw; a good pair of printers pulled some 240 sheets in an hour.

Later presses moved the *bed* instead, and in a typewriter the platen became a roller. Three things kept their names all the way:

1. the **carriage**, which travels,
2. the **ribbon**, which gives ink,
3. the **return**, which lives on as the \`\\r\` at the end of a line.`,
  `There are two ways to wait for something: ask again and again, or leave word where you can be found.

\`\`\`ts
for await (const event of stream) {
  if (event.type === "message_stop") break;
}
\`\`\`

The loop above does the second. Between two events it costs nothing, and it ends by itself — as long as the other side says that it has ended. 👍🏽`,
  `The tide table for the week, as far as the harbour gives it:

| Day | High water | Height |
| --- | ---: | ---: |
| Monday | 04:12 | 3.9 m |
| Tuesday | 04:58 | 4.1 m |
| Wednesday | 05:41 | 4.2 m |

Spring tides follow the new moon by a day and a half. Whoever walks to the island should be back two hours before high water; the causeway goes under first in the middle, where nobody is looking.`,
];

export interface DefaultAnswerOptions {
  model: string;
  inputTokens: number;
  /** Which of the texts; counts on from the last to the first. */
  turn: number;
  tokensPerSecond: number;
  /** Length of the text in UTF-16 units, the texts being repeated or cut. Without it, one text. */
  characters?: number;
  thinking?: string;
}

/** A paragraph or two of varied text at the given rate. */
export function defaultAnswer(options: DefaultAnswerOptions): StreamScenario {
  const { turn, characters, model, inputTokens } = options;
  const text = characters === undefined ? (TEXTS[turn % TEXTS.length] ?? "") : repeated(TEXTS.join("\n\n"), characters);
  return thinkingThenText(options.thinking ?? "", text, {
    model,
    inputTokens,
    pace: tokensPerSecond(options.tokensPerSecond),
  });
}

function repeated(text: string, characters: number): string {
  const cut = `${text}\n\n`.repeat(Math.ceil(characters / text.length)).slice(0, characters);
  return cut.isWellFormed() ? cut : `${cut.slice(0, -1)}.`;
}
