import { fence } from "./fence";

/** What can be asked for, by the words to write. Every phrase in bold is recognised. */
const SUGGESTIONS = `
| Write | and see |
| :-- | :-- |
| **a table** · **a list** · **markdown** | how structure builds up while it arrives |
| **code in Rust** (or TypeScript, Python, Go, SQL, Bash, CSS, HTML, …) | highlighting, and a button to copy |
| **mathematics** | formulas and two proofs |
| **a long answer** · **a very long answer** | scrolling, and Stop |
| **think about** anything | thinking first, then the answer |
| **a slow answer** | one word after the other |
| **emoji** · **Chinese, Japanese and Arabic** | other scripts, right to left too |
| **an overloaded model** · **a rate limit** | a failure before the first word |
| **a refusal** · **a cut-off answer** | an end that the model chose, and one it did not |
| **a broken connection** · **a stalled answer** | an answer that never finished |
| **12 * (3 + 4)** · **a haiku about rain** · **how many r's in strawberry** | the few things I can really do |
`.trim();

const SUGGESTIONS_IN_SHORT =
  "**a table**, **code in Python**, **mathematics**, **a long answer**, **thinking**, **a slow answer**, **an overloaded model**, **a refusal**, **a cut-off answer** or **a broken connection**";

const CLAUDE = fence("bash", "ANTHROPIC_API_KEY=sk-ant-… npm start");

const LOCAL = fence("bash", "ANTHROPIC_BASE_URL=http://localhost:11434 ANTHROPIC_MODEL=your-model npm start");

/** How to put a real model behind the page, with the commands. */
export const CONNECT = `
Right now there is only the demo model behind this page. To put a real one there, stop the server and start it again in one of two ways.

**Claude.** Make a key in the [Claude Console](https://platform.claude.com/settings/keys), then:

${CLAUDE}

**A model on your own machine.** Any server that speaks the Messages API will do: recent versions of Ollama, LM Studio and the llama.cpp server can, and so do many gateways. Give its address and the name of a model it has loaded; no key is needed. For Ollama, for instance:

${LOCAL}

The key stays on the server: no browser ever sees it. Reload the page when the server is up, and a model's name stands where “Demo model” stands now. Your conversations stay.
`.trim();

export const HELP = `
I am the demo model: a small program in place of a model, so that you can try this page before you connect one. I cannot think, but I can show you what the page does. Write any of these; two in one message work too.

${SUGGESTIONS}

For real answers, ask **“How do I connect Claude?”**
`.trim();

export const WHO = `
I am the demo model of Platen: a few pages of code that recognise some words and answer in the Messages format, at the pace of a real model. I am not Claude, nor any other language model, and nothing you write leaves this server.

Ask **“How do I connect Claude?”** for a real one, or **“What can you do?”** to see the page at work.
`.trim();

const GREETINGS: readonly { says: RegExp; answer: string; text: string }[] = [
  {
    says: /^(?:hallo|guten (?:tag|morgen|abend)|moin|servus|grüß dich|grüezi)(?![\p{L}])/iu,
    answer: "Hallo!",
    text: "Ich bin das Demo-Modell: kein Sprachmodell, nur ein kleines Programm, das zeigt, was diese Seite kann. Schreib zum Beispiel **a table**, **code in Python** oder **mathematics** – oder **connect**, um Claude oder ein eigenes Modell anzuschließen (`ANTHROPIC_API_KEY` oder `ANTHROPIC_BASE_URL`).",
  },
  {
    says: /^(?:bonjour|salut|bonsoir|coucou)(?![\p{L}])/iu,
    answer: "Bonjour !",
    text: "Je suis le modèle de démonstration (demo) : pas un modèle de langage, juste un petit programme qui montre ce que sait faire cette page. Écrivez par exemple **a table**, **code in Python** ou **mathematics**, ou bien **connect** pour brancher Claude ou votre propre modèle (`ANTHROPIC_API_KEY` ou `ANTHROPIC_BASE_URL`).",
  },
  {
    says: /^¡?(?:hola|buenos días|buenas(?: tardes| noches)?)(?![\p{L}])/iu,
    answer: "¡Hola!",
    text: "Soy el modelo de demostración (demo): no un modelo de lenguaje, solo un pequeño programa que enseña lo que sabe hacer esta página. Escribe por ejemplo **a table**, **code in Python** o **mathematics**, o **connect** para conectar Claude o tu propio modelo (`ANTHROPIC_API_KEY` o `ANTHROPIC_BASE_URL`).",
  },
  {
    says: /^(?:hi+|hello+|hey+|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|day))(?:,? (?:there|everyone|all|you|demo|claude|platen))?(?![\p{L}])/iu,
    answer: "Hello!",
    text: `This is the demo model speaking: no real model is connected yet, so I can only show you what this page does. Try ${SUGGESTIONS_IN_SHORT}. Or ask **“How do I connect Claude?”**`,
  },
];

/** The greeting that `text` opens with: what we say back, and what was written after it. */
export function greetingIn(text: string): { back: string; introduction: string; rest: string } | undefined {
  for (const { says, answer: back, text: introduction } of GREETINGS) {
    const greeting = says.exec(text);
    if (greeting) return { back, introduction, rest: text.slice(greeting[0].length).replace(/^[\s,.!?–-]+/, "") };
  }
  return undefined;
}

/** The answer to a question or a task that only a real model is up to. `quoted` is its text as Markdown. */
export function deferredToModel(quoted: string, kind: "question" | "task"): string {
  return `${quoted}

That is a ${kind} for a real model. I am the demo, and I would only be making something up, so I leave it open. With a key from the [Claude Console](https://platform.claude.com/settings/keys), Claude will ${kind === "task" ? "do" : "answer"} it here:

${CLAUDE}

A local model server works as well; ask **“How do I connect a model?”** for that. Meanwhile I can show you ${SUGGESTIONS_IN_SHORT}.`;
}

/** The answer to something that is neither a question nor a thing we know. `remark` says what was written. */
export function remarkFor(remark: string): string {
  return `${remark} I am the demo, and there is no model behind me to make more of it than that.

What I can do is show you the page at work: ask for ${SUGGESTIONS_IN_SHORT}. And when you want somebody who understands you, ask **“How do I connect Claude?”**`;
}
