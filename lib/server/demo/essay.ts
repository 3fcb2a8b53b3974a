import { COMPANION } from "./companion";
import { fence } from "./fence";

const ESSAY = `
# The line that moves

*A long answer from the demo model: written beforehand, by hand, to give you something to scroll through, to stop, and perhaps to read.*

The platen is the black rubber roller in the middle of a typewriter. Paper goes round it, letters land on it, and for a hundred years almost everything that was not a book or a newspaper came off its surface. It is the least admired part of the machine. Nobody collects platens; nobody photographs them. And yet it is the one place where the writer's intention and the paper meet, and it does three things so well that nobody notices them: it holds still, it gives a little, and it moves on when the line is full.

This is a short essay on those three things, and on what they have to teach a page like the one you are looking at, where words also arrive one after the other on a line that moves.

## Holding still

A type bar strikes in about a fiftieth of a second. If the paper shifted in that time, the letter would smear. So the platen is heavy, and it is held by a pawl that clicks into a toothed wheel: between two lines nothing moves up or down, not even by the thickness of a hair.

What is already typed is settled. That sounds obvious, and it is the first thing that goes wrong when text arrives on a screen. A paragraph is half there; a pair of asterisks comes in, and the words in front of them turn bold, and the line breaks elsewhere. A table gets its second row, and every column changes its width. The reader, who was in the middle of a word, loses it. It is a small loss, and it happens forty times a minute.

There are only a few rules against it, and they are all old:

1. **What is finished stays finished.** A paragraph that has been followed by another paragraph can never change again. So it need not be read again, parsed again or drawn again.
2. **What is unfinished should look like what it will most likely become.** One opening asterisk is probably the beginning of emphasis; three backticks are certainly the beginning of code.
3. **What moves should move in one direction.** Down, and never up again.

A typewriter cannot break any of these rules. A browser can break all of them within a second, and has to be kept from doing so.

## Giving a little

Rubber hardens. Every repairer knows the sound of an old platen: a sharp, dry crack, where a good one makes a thud. On a hard platen the full stops punch holes in the paper, and the typist's fingers ache in the evening. The softness is not comfort. It is what makes the machine precise, because it spreads the force of the blow over the whole face of the letter.

Something very like it is needed between a model and a reader. Text does not come from a model evenly. It comes in bursts: eighty characters at once, then nothing for four tenths of a second, then eighty more. Shown as they arrive, the words lurch. Shown by a metronome, they fall behind: the answer is long complete while the page is still typing, and the reader waits for a machine that is only pretending to be busy.

The answer is a little rubber: a short delay, no longer than the pause between two bursts, over which the characters are spread.

| How it is shown | What the reader sees | What goes wrong |
| :-- | :-- | :-- |
| At once, as it comes | Jerks of a line at a time | The eye cannot settle |
| At a fixed speed | An even flow | It falls behind without limit |
| Spread over the last gap | An even flow, half a second late | Very little |

Half a second is not much. It is about as long as the carriage took to come back.

### The carriage that came back

The return is the part that everybody remembers: the lever, the long zip, the bell before it. The bell rang about seven characters before the margin, and it did not stop you. It told you that there was room for one more short word, or for the rest of a long one with a hyphen, and left it to you.

That is a good manner for a machine. It knows something the writer does not – how much room is left – and says so in time, once, in a voice that cannot be missed and does not interrupt. Much of what a chat page has to say is of this kind. *The answer was cut off, because it reached its limit. The connection broke; here is what had arrived. The model is overloaded; try again in twenty seconds.* One sentence, one button, and never a sheet of paper in front of the one you are reading.

## Moving on

When the lever is pushed, two things happen: the carriage runs back, and the platen turns by one line. What was typed goes up and out of the way, still in sight, still warm, and nobody can type over it without meaning to.

For a stream of text, the platen is the log. Each piece that comes from the model gets a number and a place, and after that it does not move. The reader's page is then no more than a reader of that log. It knows the number of the last piece it has shown. If the train goes into a tunnel, the page asks on the other side for everything after that number, and the text goes on where it stopped, in the middle of a word if need be.

In the wire format that this demo speaks, one piece looks like this:

${fence("text", `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"the next few words"}}`)}

Three events open an answer, one ends each block, and two close the whole: the first of them says *why* it ended. There is a good deal in that small word. An answer may end because it is complete. It may end because it reached the greatest length it was allowed, or because the model would rather not go on. Or the lines simply stop, with no word of farewell at all – and then the answer is not complete, however finished its last sentence may look. A page that cannot tell these four apart will sooner or later tell its reader something untrue.

The reading loop, on the other hand, is short enough to print here:

${fence(
  "ts",
  `
let text = "";
let stopReason: string | null = null;

for await (const event of stream) {
  if (event.type === "content_block_delta" && event.delta.type === "text_delta") text += event.delta.text;
  if (event.type === "message_delta") stopReason = event.delta.stop_reason;
}

if (stopReason === null) console.warn("The answer broke off. What arrived is kept.");
`,
)}

## Stopping

A typewriter has no key for stopping. You lift your hands. There is nothing between the decision and its effect, and nothing that goes on in a back room after you have turned away.

It ought to be so here. When you press **Stop**, four things should happen, in this order and within a moment:

- the text on the screen stands still, where it is;
- the server hears of it, even if you close the page in the same second;
- the server lets go of the model, so that nothing more is written;
- and what you saw is what is kept – not a word less, and not a paragraph more that was still in the pipe.

The third is the one that is forgotten. In many programs Stop only closes the shutters: the reader sees nothing more, and behind them the model writes on to the end, and somebody pays for it. You can try it with this very answer. If you stop it here, the small program that is sending it to you will be out of its loop before you have read to the end of this sentence.

## The eye and the ear

There was a time when one could tell from the next room what was being written. Letters had long even runs, with the bell at regular distances. Tables went tack, tack, and the tabulator's slide. Verse was all carriage return. And a long silence, followed by a single line at great speed, meant that somebody had at last found the sentence.

A page is silent, and for most of us that is a relief. But the rhythm is still information. A model that pauses before a number is not the same as a connection that has gone; a thinking block that grows says *I am at it*, where a turning wheel says nothing whatever. So the pauses are best left in, if they are short, and explained if they are long.

Those who do not see the page need something else again. Read aloud in pieces, text is unbearable: *The pla. The platen. The platen is.* For a screen reader, the beginning is news and the end is news, and what lies between should be read once, whole, when it is there. The good machine is the one that knows which of its noises are for whom.

## What is left on the sheet

Open an old typewriter, hold a lamp to the platen, and turn it slowly. On the rubber, under the shine, there are letters: thousands of them, one over the other, every line that was ever written without a second sheet behind it. They cannot be read. But here and there one stands a little apart, at a margin, a capital or a date, and for a moment one knows exactly where somebody's hands were, on some afternoon, in a room with a window.

Digital machines forget more thoroughly, unless they are told not to. A conversation that was worth having is worth finding again: after the page was reloaded, after the server was started anew, on the other computer. And a conversation that was not, or that is nobody else's business, must be as easy to burn as a sheet of paper. Both belong to the same promise: what is yours stays where you put it.

So much for the roller. It holds still, it gives a little, it moves on. There is a good deal of software of which one would be glad to be able to say as much.
`.trim();

const PARTS: readonly string[] = [ESSAY, ...COMPANION];

/**
 * Prose of about `words` words, cut after a paragraph: the essay, then its companion pieces, then all of them again
 * under a new number.
 */
export function proseOf(words: number): string {
  const blocks: string[] = [];
  let written = 0;
  for (let round = 1; written < words; round += 1) {
    if (round > 1) blocks.push(`---\n\n*And once more from the beginning, for the sake of length: round ${round}.*`);
    for (const block of PARTS.flatMap(blocksOf)) {
      if (written >= words && !/^#/.test(block)) return endingWithText(blocks);
      blocks.push(block);
      written += block.split(/\s+/).length;
    }
  }
  return endingWithText(blocks);
}

/** Paragraphs, headings, whole lists and whole fenced programs. */
function blocksOf(prose: string): string[] {
  return prose.match(/```[\s\S]*?```|(?:(?!```)[^\n]+\n?)+/g)?.map((block) => block.trim()) ?? [];
}

function endingWithText(blocks: readonly string[]): string {
  const last = blocks.findLastIndex((block) => !/^#|:$/.test(block));
  return blocks.slice(0, last + 1).join("\n\n");
}

/** The length of "a long answer": the essay, whole. */
export const LONG_WORDS = ESSAY.split(/\s+/).length;

/** The length of "a very long answer": the essay and every companion piece. */
export const VERY_LONG_WORDS = PARTS.join(" ").split(/\s+/).length;
