/** What a run of code is, for its colour. */
export type TokenKind =
  | "comment"
  | "string"
  | "number"
  | "keyword"
  | "type"
  | "constant"
  | "function"
  | "tag"
  | "attribute"
  | "meta"
  | "inserted"
  | "deleted";

/** A run of one line. Without `kind` it has the colour of the text around it. */
export type Token = { kind: TokenKind | undefined; text: string };

/** Words, separated by spaces, that are coloured wherever they stand alone. */
export type Words = { [kind in TokenKind]?: string };

/**
 * A rule of a mode. `match` is the source of a regular expression without capturing groups. `enter` names the mode that
 * follows the match, until its own rule leaves it or, with `until`, until that is met. `replace` takes the place of the
 * mode instead of nesting in it.
 */
export type Rule = {
  match: string;
  kind?: TokenKind;
  words?: Words;
  enter?: string;
  until?: string;
  replace?: string;
  leave?: true;
};

/** How to read code until something changes: the rules that may match, in order, and what the text between is. */
export type Mode = {
  rules: readonly Rule[];
  kind?: TokenKind;
  /** It ends with its line, as an unclosed string does. */
  isLine?: true;
  ignoresCase?: true;
};
export type Modes = Readonly<Record<string, Mode>>;

type Frame = { mode: string; until: string | undefined };
/** What is open at the start of a line, outermost first. */
export type LexerState = readonly Frame[];

/** Reads code line by line: a line is read again only while it grows. */
export type Lexer = {
  start: LexerState;
  /** The runs of a line, joined the line itself, and the state in which the next begins. Lines above 1,000 units are one run. */
  read(line: string, state: LexerState): { tokens: Token[]; next: LexerState };
};

/** Longer lines are data, and would cost more than their colours are worth. */
const MAX_LINE_LENGTH = 1000;
const MAX_DEPTH = 40;

type Compiled = { pattern: RegExp; rules: readonly Rule[]; lookups: readonly (Map<string, TokenKind> | undefined)[] };

/** Returns a lexer that begins in the mode `start`. */
export function createLexer(modes: Modes, start: string): Lexer {
  const compiled = new Map<string, Compiled>();

  function modeOf({ mode }: Frame): Mode {
    return modes[mode] ?? { rules: [] };
  }

  function compile(frame: Frame): Compiled {
    const key = `${frame.mode}\n${frame.until ?? ""}`;
    const known = compiled.get(key);
    if (known) return known;
    const mode = modeOf(frame);
    const rules: readonly Rule[] =
      frame.until === undefined ? mode.rules : [{ match: `(?=${frame.until})`, leave: true }, ...mode.rules];
    const made: Compiled = {
      pattern: new RegExp(rules.map(({ match }) => `(${match})`).join("|") || "$^", mode.ignoresCase ? "gi" : "g"),
      rules,
      lookups: rules.map(({ words }) => words && lookupOf(words, mode.ignoresCase === true)),
    };
    compiled.set(key, made);
    return made;
  }

  function read(line: string, state: LexerState): { tokens: Token[]; next: LexerState } {
    if (line.length > MAX_LINE_LENGTH) return { tokens: [{ kind: undefined, text: line }], next: state };
    const tokens: Token[] = [];
    let stack = state;
    let at = 0;
    let steps = 0;
    while (at < line.length && steps++ < 2 * MAX_LINE_LENGTH) {
      const frame = stack.at(-1) as Frame;
      const { pattern, rules, lookups } = compile(frame);
      pattern.lastIndex = at;
      const match = pattern.exec(line);
      const between = modeOf(frame).kind;
      if (!match) {
        push(tokens, between, line.slice(at));
        break;
      }
      push(tokens, between, line.slice(at, match.index));
      const index = groupOf(match);
      const rule = rules[index] as Rule;
      const word = match[0];
      push(
        tokens,
        lookups[index]?.get(modeOf(frame).ignoresCase ? word.toLowerCase() : word) ?? rule.kind ?? between,
        word,
      );
      at = match.index + word.length;
      stack = follow(stack, rule);
      // An empty match that changes nothing would be met for ever.
      if (word === "" && !rule.enter && !rule.leave && !rule.replace) {
        push(tokens, between, line.slice(at, at + 1));
        at++;
      }
    }
    while (stack.length > 1 && modeOf(stack.at(-1) as Frame).isLine) stack = stack.slice(0, -1);
    return { tokens, next: stack };
  }

  return { start: [{ mode: start, until: undefined }], read };
}

function follow(stack: LexerState, rule: Rule): LexerState {
  if (rule.leave) return stack.length > 1 ? stack.slice(0, -1) : stack;
  if (rule.replace) return [...stack.slice(0, -1), { mode: rule.replace, until: rule.until }];
  if (rule.enter && stack.length < MAX_DEPTH) return [...stack, { mode: rule.enter, until: rule.until }];
  return stack;
}

function groupOf(match: RegExpExecArray): number {
  for (let group = 1; group < match.length; group++) if (match[group] !== undefined) return group - 1;
  return 0;
}

/** Space has no colour, so it belongs to the run before it, or at the start of a line to the one after. */
function push(tokens: Token[], kind: TokenKind | undefined, text: string): void {
  if (text === "") return;
  const last = tokens.at(-1);
  if (last === undefined) tokens.push({ kind, text });
  else if (last.kind === kind) last.text += text;
  else if (isSpace(last.text)) tokens[0] = { kind, text: last.text + text };
  else {
    const inked = text.replace(/^[ \t]+/, "");
    last.text += text.slice(0, text.length - inked.length);
    if (inked !== "") tokens.push({ kind, text: inked });
  }
}

function isSpace(text: string): boolean {
  return /^[ \t]+$/.test(text);
}

function lookupOf(words: Words, ignoresCase: boolean): Map<string, TokenKind> {
  const lookup = new Map<string, TokenKind>();
  for (const [kind, list] of Object.entries(words)) {
    for (const word of list.split(" ")) lookup.set(ignoresCase ? word.toLowerCase() : word, kind as TokenKind);
  }
  return lookup;
}
