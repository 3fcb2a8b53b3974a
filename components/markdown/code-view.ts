import type { Lexer, LexerState, Token } from "@/lib/typewriter/code/lexer";
import { withBreak } from "@/lib/typewriter/code/runs";
import { build } from "./build";
import { write } from "./caret";
import type { Desk } from "./desk";
import { groupAt, LINES } from "./groups";
import { GrowingGroups } from "./growing-groups";
import { shape } from "./shape";
import { inSlices } from "./slices";

/** An open line above this is coloured when it has ended, or its block has, not while it grows. */
const MAX_OPEN_LENGTH = 500;

type Run = { kind: Token["kind"]; text: string; dom: Text };

/** Lines of code in an element. A line is read while it grows and once more when it ends, never after. */
export class CodeView {
  private readonly runs: Run[] = [];
  private readonly groups: GrowingGroups;
  private group: HTMLElement | undefined;
  /** The line that is being written, whether any of it is shown, what of it, and the state it begins in. */
  private line = 0;
  private hasBegun = false;
  private text = "";
  private state: LexerState = [];
  private lexer: Lexer | undefined;

  constructor(
    readonly node: { lines: readonly string[]; closed?: boolean },
    element: HTMLElement,
    desk: Desk,
    language: string,
  ) {
    this.groups = new GrowingGroups(element, LINES);
    const lexer = desk.lexers.lexerOf(language);
    if (lexer === "later") {
      desk.lexers.whenLoaded(() => {
        const loaded = desk.lexers.lexerOf(language);
        if (loaded !== undefined && loaded !== "later") this.colourFromStart(loaded);
      });
    } else if (lexer !== undefined) this.readWith(lexer);
    this.update();
  }

  /** Where the next character goes. */
  get tip(): HTMLElement {
    return this.groups.last;
  }

  update(): void {
    const { lines } = this.node;
    for (; this.line < lines.length - 1; this.line++) {
      const whole = lines[this.line] as string;
      const next = this.show(whole, true);
      if (next !== undefined) this.state = next;
      this.endLine();
    }
    const open = lines[this.line];
    if (open === undefined) return;
    const isWhole = this.node.closed === true;
    const isHalfColoured = isWhole && open.length > MAX_OPEN_LENGTH;
    if (isHalfColoured || open !== this.text || !this.hasBegun) this.show(open, isWhole);
  }

  private readWith(lexer: Lexer): void {
    this.lexer = lexer;
    this.state = lexer.start;
  }

  /** Shows the line that is being written. Returns the state after it. */
  private show(text: string, isWhole: boolean): LexerState | undefined {
    if (!this.hasBegun) this.beginLine();
    const isRead = this.lexer !== undefined && (isWhole || text.length <= MAX_OPEN_LENGTH);
    const read = isRead ? this.lexer?.read(text, this.state) : undefined;
    if (read !== undefined) this.showRuns(read.tokens);
    else this.extendPlain(text);
    this.text = text;
    return read?.next;
  }

  private beginLine(): void {
    this.hasBegun = true;
    this.group = this.groups.at(this.line);
  }

  private endLine(): void {
    const last = this.runs.at(-1);
    if (last === undefined) this.add(document.createTextNode("\n"));
    else last.dom.appendData("\n");
    this.runs.length = 0;
    this.text = "";
    this.hasBegun = false;
  }

  private showRuns(tokens: readonly Token[]): void {
    const { runs } = this;
    let same = 0;
    while (same < runs.length && same < tokens.length) {
      const [run, token] = [runs[same] as Run, tokens[same] as Token];
      if (run.kind !== token.kind || !token.text.startsWith(run.text)) break;
      if (run.text !== token.text) {
        run.dom.appendData(token.text.slice(run.text.length));
        run.text = token.text;
      }
      same++;
    }
    for (const run of runs.splice(same)) (run.kind === undefined ? run.dom : run.dom.parentElement)?.remove();
    for (let index = same; index < tokens.length; index++) this.addRun(tokens[index] as Token);
  }

  private addRun({ kind, text }: Token): void {
    const dom = document.createTextNode(text);
    this.runs.push({ kind, text, dom });
    if (kind === undefined) this.add(dom);
    else {
      const span = document.createElement("span");
      span.className = `tok-${kind}`;
      span.append(dom);
      this.add(span);
    }
  }

  private add(dom: Node): void {
    if (this.group !== undefined) write(dom, this.group);
  }

  private extendPlain(text: string): void {
    const last = this.runs.at(-1);
    const more = text.slice(this.text.length);
    if (more === "") return;
    if (last?.kind === undefined && last !== undefined) {
      last.dom.appendData(more);
      last.text += more;
    } else this.addRun({ kind: undefined, text: more });
  }

  /** Colours lines that were shown before their language was there, group by group, up to the one being written. */
  private colourFromStart(lexer: Lexer): void {
    let line = 0;
    let state = lexer.start;
    inSlices(() => {
      const index = groupAt(LINES, line);
      const group = this.groups.of(index);
      const isOpen = group === undefined || group === this.group;
      const end = isOpen ? this.line : line + LINES.size;
      const coloured = document.createDocumentFragment();
      for (; line < end; line++) {
        const { tokens, next } = lexer.read(this.node.lines[line] as string, state);
        state = next;
        coloured.append(...runsOf(withBreak(tokens)));
      }
      if (!isOpen) {
        group?.replaceChildren(coloured);
        return true;
      }
      this.goOn(coloured, lexer, state);
      return false;
    });
  }

  private goOn(coloured: DocumentFragment, lexer: Lexer, state: LexerState): void {
    this.group?.replaceChildren(coloured);
    this.lexer = lexer;
    this.state = state;
    this.runs.length = 0;
    this.text = "";
    this.hasBegun = false;
    this.update();
  }
}

function runsOf(tokens: readonly Token[]): (Node | string)[] {
  return tokens.map(({ kind, text }) =>
    kind === undefined ? text : build(shape("span", { class: `tok-${kind}` }, text)).element,
  );
}
