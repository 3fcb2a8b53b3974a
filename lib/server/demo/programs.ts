import { fence } from "./fence";

type Program = { name: string; says: RegExp; fence: string; about: string; code: string };

const TYPESCRIPT: Program = {
  name: "TypeScript",
  says: /\btypescript\b|\bts\b/i,
  fence: "ts",
  about: "It types a sentence to the terminal, one visible character at a time, and never splits an emoji.",
  code: String.raw`
/** Yields the visible characters of text; a family emoji is one of them, though it is eleven code units long. */
function* keystrokes(text: string): Generator<string> {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  for (const { segment } of segmenter.segment(text)) yield segment;
}

async function type(text: string, perSecond = 30): Promise<void> {
  for (const key of keystrokes(text)) {
    process.stdout.write(key);
    await new Promise((resolve) => setTimeout(resolve, 1000 / perSecond));
  }
  process.stdout.write("\n");
}

await type("Dear reader, greetings from 👩‍🚀 and 👨‍👩‍👧‍👦.");
`,
};

const PROGRAMS: readonly Program[] = [
  TYPESCRIPT,
  {
    name: "JavaScript",
    says: /\bjavascript\b|\bjs\b|\bnode(?:\.?js)?\b/i,
    fence: "js",
    about: "It reads a streamed answer in the browser, and can be stopped.",
    code: `
const controller = new AbortController();
document.querySelector("#stop").onclick = () => controller.abort();

async function read(url, write) {
  const response = await fetch(url, { signal: controller.signal });
  const text = response.body.pipeThrough(new TextDecoderStream());
  for await (const piece of text) write(piece);
}

try {
  await read("/story.txt", (piece) => document.querySelector("#page").append(piece));
} catch (error) {
  // Whoever presses Stop gets what they asked for: that is not a failure.
  if (error.name !== "AbortError") throw error;
}
`,
  },
  {
    name: "Python",
    says: /\bpython\b|\bpy\b/i,
    fence: "python",
    about: "It sets text in a measure, and rings the bell just before the margin, as a typewriter does.",
    code: `
def typed(text: str, margin: int = 40, warning: int = 5):
    """Yield each line and whether the bell rang while it was typed."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if len(longer) > margin and line:
            yield line, len(line) > margin - warning
            longer = word
        line = longer
    if line:
        yield line, len(line) > margin - warning


letter = "The carriage moves to the left, the bell rings, and a hand pushes it home again."

for line, rang in typed(letter, margin=28):
    print(f"{line:<30}{'ding' if rang else ''}")
`,
  },
  {
    name: "Rust",
    says: /\brust\b/i,
    fence: "rust",
    about: "It counts the words on its standard input and prints the ten most frequent.",
    code: `
use std::collections::HashMap;
use std::io::{self, BufRead};

fn main() -> io::Result<()> {
    let mut counts: HashMap<String, usize> = HashMap::new();

    for line in io::stdin().lock().lines() {
        for word in line?.split(|c: char| !c.is_alphanumeric()) {
            if !word.is_empty() {
                *counts.entry(word.to_lowercase()).or_default() += 1;
            }
        }
    }

    let mut ranked: Vec<_> = counts.into_iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));

    for (word, count) in ranked.iter().take(10) {
        println!("{count:>6}  {word}");
    }
    Ok(())
}
`,
  },
  {
    name: "Go",
    says: /\bgolang\b|\b(?:in|some|using) go\b|\bgo (?:code|program|function|script|snippet|example)\b/i,
    fence: "go",
    about: "It prints the data lines of an event stream, and stops on Ctrl-C.",
    code: `
package main

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, os.Args[1], nil)
	if err != nil {
		log.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()

	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		if data, found := strings.CutPrefix(lines.Text(), "data: "); found {
			fmt.Println(data)
		}
	}
	if err := lines.Err(); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}
`,
  },
  {
    name: "SQL",
    says: /\bsql(?:ite)?\b|\bpostgres(?:ql)?\b/i,
    fence: "sql",
    about: "It finds, for each conversation, the last message and how long the pause before it was.",
    code: `
WITH ordered AS (
  SELECT
    conversation_id,
    content,
    created_at,
    created_at - LAG(created_at) OVER turn AS pause,
    ROW_NUMBER() OVER (PARTITION BY conversation_id ORDER BY created_at DESC) AS from_end
  FROM messages
  WINDOW turn AS (PARTITION BY conversation_id ORDER BY created_at)
)
SELECT conversation_id, content, pause
FROM ordered
WHERE from_end = 1
ORDER BY created_at DESC
LIMIT 20;
`,
  },
  {
    name: "Bash",
    says: /\bbash\b|\bshell\b|\bsh\b|\bzsh\b/i,
    fence: "bash",
    about: "It waits until a server says that it is well, and gives up after a minute.",
    code: `
#!/usr/bin/env bash
set -euo pipefail

url="\${1:-http://localhost:3000/api/health}"
deadline=$((SECONDS + 60))

until curl --silent --fail --output /dev/null "$url"; do
  if ((SECONDS >= deadline)); then
    echo "No answer from $url after a minute." >&2
    exit 1
  fi
  sleep 1
done

echo "Up after \${SECONDS} s."
`,
  },
  {
    name: "CSS",
    says: /\bcss\b|\bstyle ?sheet\b/i,
    fence: "css",
    about: "A caret that blinks behind the last word, and keeps still for readers who asked for less motion.",
    code: `
.answer[aria-busy="true"] > :last-child::after {
  content: "";
  display: inline-block;
  width: 0.55ch;
  height: 1em;
  margin-inline-start: 0.1ch;
  vertical-align: text-bottom;
  background: currentColor;
  animation: blink 1s steps(2, jump-none) infinite;
}

@keyframes blink {
  to {
    opacity: 0;
  }
}

@media (prefers-reduced-motion: reduce) {
  .answer[aria-busy="true"] > :last-child::after {
    animation: none;
  }
}
`,
  },
  {
    name: "HTML",
    says: /\bhtml5?\b/i,
    fence: "html",
    about: "A whole page: a letter with a form to answer it, and nothing to download.",
    code: `
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>A letter</title>
  </head>
  <body>
    <article>
      <h1>A letter</h1>
      <p>Written on <time datetime="1951-03-14">14 March 1951</time>, on a Lettera 22.</p>
    </article>
    <form method="post" action="/letters">
      <label for="reply">Your reply</label>
      <textarea id="reply" name="reply" rows="4" required></textarea>
      <button>Send</button>
    </form>
  </body>
</html>
`,
  },
  {
    name: "JSON",
    says: /\bjson\b/i,
    fence: "json",
    about: "One event of the stream you are reading now, as it travels over the wire.",
    code: `
{
  "type": "content_block_delta",
  "index": 0,
  "delta": {
    "type": "text_delta",
    "text": "One event of the stream "
  }
}
`,
  },
  {
    name: "Java",
    says: /\bjava\b/i,
    fence: "java",
    about: "It groups words by their first letter, in a few lines of streams.",
    code: `
import java.util.*;
import java.util.stream.*;

record Index(SortedMap<Character, List<String>> entries) {
    static Index of(Stream<String> words) {
        return new Index(words
            .map(String::toLowerCase)
            .distinct()
            .sorted()
            .collect(Collectors.groupingBy(word -> word.charAt(0), TreeMap::new, Collectors.toList())));
    }

    public static void main(String[] arguments) {
        Index.of(Stream.of("platen", "ribbon", "Carriage", "roller", "Platen"))
            .entries()
            .forEach((letter, words) -> System.out.println(letter + "  " + String.join(", ", words)));
    }
}
`,
  },
  {
    name: "C",
    says: /\b(?:in|some|using|ansi) c\b(?![+#])|\bc (?:code|program|function|snippet|example)\b/i,
    fence: "c",
    about: "It copies its input to its output one character at a time, at the speed of a good typist.",
    code: `
#include <stdio.h>
#include <time.h>

int main(void) {
    const struct timespec pause = {.tv_sec = 0, .tv_nsec = 120 * 1000 * 1000};
    int key;

    while ((key = getchar()) != EOF) {
        putchar(key);
        fflush(stdout);
        nanosleep(&pause, NULL);
    }
    return 0;
}
`,
  },
];

const NOT_CARRIED =
  /\b(?:ruby|php|kotlin|swift|scala|haskell|elixir|erlang|clojure|perl|lua|zig|dart|julia|fortran|cobol|ocaml|lisp|scheme|prolog|assembly|powershell)\b|\bc\+\+|\bc#/i;

/** Whether `text` names a programming language, one we carry a program in or not. */
export function namesLanguage(text: string): boolean {
  return NOT_CARRIED.test(text) || PROGRAMS.some(({ says }) => says.test(text));
}

/** What may stand in a request that any ready-made program fulfils. */
const GENERIC =
  /\b(?:show|give|write|want|need|make|print|please|could|would|like|some|small|short|simple|little|code|program(?:me|s)?|function|script|snippet|example|sample|source|highlighted|highlighting|block|with|then|also|table|list|math(?:s|ematics)?|formulas?|slow(?:ly)?|think(?:ing)?|about|cut|broken|connection|answer|hello|golang)\b/gi;

/** A program in each language that `text` names, in TypeScript when it names none. Says so when more was wanted. */
export function programsFor(text: string): string {
  const asked = PROGRAMS.filter(({ says }) => says.test(text));
  const missing = NOT_CARRIED.exec(text)?.[0];
  const shown = asked.length > 0 ? asked : [TYPESCRIPT];
  return regretFor(text, missing) + shown.map(present).join("\n\n");
}

function regretFor(text: string, missing: string | undefined): string {
  if (missing !== undefined) {
    return `The demo carries nothing in ${capitalised(missing)}, and cannot write to order. This is the nearest it has.\n\n`;
  }
  const wanted = PROGRAMS.reduce((rest, { says }) => rest.replace(says, ""), text).replace(GENERIC, "");
  const isParticular = /\p{L}{4,}/u.test(wanted);
  return isParticular
    ? "The demo cannot write or mend code to order. It can show you some that it carries with it.\n\n"
    : "";
}

function present({ name, fence: language, about, code }: Program): string {
  return `A small piece of **${name}**, ready-made. ${about}\n\n${fence(language, code)}`;
}

function capitalised(name: string): string {
  return name.length <= 3 ? name.toUpperCase() : name.charAt(0).toUpperCase() + name.slice(1);
}
