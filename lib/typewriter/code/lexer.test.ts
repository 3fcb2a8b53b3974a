import { describe, expect, it } from "vitest";
import { lexerOf } from "./languages";
import type { Lexer, TokenKind } from "./lexer";

/** The coloured runs of the code, in order, without the space around them. */
function runsOf(language: string, code: string): [TokenKind, string][] {
  const runs: [TokenKind, string][] = [];
  eachLine(lexerFor(language), code, (line, tokens) => {
    expect(tokens.map(({ text }) => text).join("")).toBe(line);
    for (const { kind, text } of tokens) if (kind !== undefined) runs.push([kind, text.trim()]);
  });
  return runs;
}

function lexerFor(language: string): Lexer {
  const lexer = lexerOf(language);
  if (lexer === undefined) throw new Error(`no lexer of ${language}`);
  return lexer;
}

function eachLine(
  lexer: Lexer,
  code: string,
  see: (line: string, tokens: ReturnType<Lexer["read"]>["tokens"]) => void,
) {
  let state = lexer.start;
  for (const line of code.split("\n")) {
    const { tokens, next } = lexer.read(line, state);
    see(line, tokens);
    state = next;
  }
}

describe("a lexer", () => {
  it.each<[string, string, [TokenKind, string][]]>([
    [
      "ts",
      'const a: Map<string> = f("x", 1); // c',
      [
        ["keyword", "const"],
        ["type", "Map"],
        ["type", "string"],
        ["function", "f"],
        ["string", '"x"'],
        ["number", "1"],
        ["comment", "// c"],
      ],
    ],
    [
      "js",
      "`a ${b + `c`} d`; x = a / b / c; y = /[/]\\//g",
      [
        ["string", "`a"],
        ["meta", "${"],
        ["string", "`c`"],
        ["string", "d`"],
        ["string", "/[/]\\//g"],
      ],
    ],
    ["js", "a.delete(b.class)", [["function", "delete"]]],
    [
      "python",
      'def f():\n    """one\n    two"""\n    return None',
      [
        ["keyword", "def"],
        ["function", "f"],
        ["string", '"""one'],
        ["string", 'two"""'],
        ["keyword", "return"],
        ["constant", "None"],
      ],
    ],
    [
      "rust",
      "/* a /* b */ c */ 'a' &'a str",
      [
        ["comment", "/* a /* b */ c */"],
        ["string", "'a'"],
        ["meta", "'a"],
        ["type", "str"],
      ],
    ],
    [
      "sh",
      "echo 'it'\\''s' it\\'s \\\"x \\$y $z\necho",
      [
        ["function", "echo"],
        ["string", "'it'"],
        ["string", "'s'"],
        ["constant", "$z"],
        ["function", "echo"],
      ],
    ],
    [
      "SQL",
      "SELECT 'it''s' FROM t -- all",
      [
        ["keyword", "SELECT"],
        ["string", "'it''s'"],
        ["keyword", "FROM"],
        ["comment", "-- all"],
      ],
    ],
    [
      "html",
      "<script>\nlet a = 1;\n</script><b>",
      [
        ["tag", "<script>"],
        ["keyword", "let"],
        ["number", "1"],
        ["tag", "</script><b>"],
      ],
    ],
    [
      "json",
      '{"a": [1, true]}',
      [
        ["attribute", '"a"'],
        ["number", "1"],
        ["constant", "true"],
      ],
    ],
    [
      "diff",
      "-a\n+b\n c",
      [
        ["deleted", "-a"],
        ["inserted", "+b"],
      ],
    ],
  ])("reads %s: %j", (language, code, runs) => {
    expect(runsOf(language, code)).toEqual(runs);
  });

  it.each([
    "<li><Icon name={n} /> {label}</li>",
    "  /> {label}</li>",
    "<Select<Option> /> {label}</li>",
    "a = b / c > d / e",
  ])("takes no end of a tag for a regular expression: %s", (code) => {
    expect(runsOf("tsx", code).filter(([kind]) => kind === "string")).toEqual([]);
  });

  it.each([
    ['escape(a.replace(/>/g, "&gt;"))', ["/>/g", '"&gt;"']],
    ["a.map((b) => />/.test(b))", ["/>/"]],
    ["  /a/.test(b)", ["/a/"]],
  ])("takes %s for one with a regular expression", (code, strings) => {
    expect(runsOf("tsx", code).flatMap(([kind, text]) => (kind === "string" ? [text] : []))).toEqual(strings);
  });

  it("ends a string that was not closed with its line", () => {
    expect(runsOf("ts", '"open\nlet')).toEqual([
      ["string", '"open'],
      ["keyword", "let"],
    ]);
  });

  it("reads a line the same whether it grew or came whole, and from the same state", () => {
    const code = "const a = `one ${two({ b: 3 })} four`; /* five\nsix */ return 'seven'";
    const lexer = lexerFor("ts");
    let state = lexer.start;
    for (const line of code.split("\n")) {
      for (let end = 0; end <= line.length; end++) lexer.read(line.slice(0, end), state);
      expect(lexer.read(line, state)).toEqual(lexerFor("ts").read(line, state));
      state = lexer.read(line, state).next;
    }
    expect(state).toEqual(lexer.start);
  });

  it("loses no character of any text in any language, and comes to an end", () => {
    const hostile = `${"{".repeat(99)}${"`${".repeat(60)}</script>'''"""\\ /* <!-- [[ (* {- #| ''\u{1F600}\t\r $ @ # % ; :: => ...`;
    const names =
      "js ts c cpp objc java cs kt scala groovy go rs swift dart php zig sol proto tf graphql py rb lua r jl pl ex erl hs ml matlab nix clj vim sql sh ps1 html css scss json yaml toml ini md diff tex http docker make nginx cmake asm";
    for (const name of names.split(" ")) {
      for (const code of [hostile, [...hostile].reverse().join(""), hostile.repeat(3)])
        runsOf(name, `${code}\n${code}`);
    }
  });

  it("leaves a line of 1,001 characters as it is", () => {
    expect(runsOf("ts", `${"let ".repeat(250)}x`)).toEqual([]);
  });

  it("knows no language by no name", () => {
    expect(lexerOf("")).toBeUndefined();
    expect(lexerOf("brainfuck")).toBeUndefined();
    expect(lexerOf("constructor")).toBeUndefined();
  });

  it("makes no run of space: it belongs to the run before it, or at the start of a line to the one after", () => {
    const lexer = lexerFor("ts");
    expect(lexer.read("\t  export async function f(a) { return a }", lexer.start).tokens).toEqual([
      { kind: "keyword", text: "\t  export async function " },
      { kind: "function", text: "f" },
      { kind: undefined, text: "(a) { " },
      { kind: "keyword", text: "return " },
      { kind: undefined, text: "a }" },
    ]);
    expect(lexer.read("  ", lexer.start).tokens).toEqual([{ kind: undefined, text: "  " }]);
  });

  it("only extends a run by the space that comes after it", () => {
    const lexer = lexerFor("ts");
    const kinds = (line: string) => lexer.read(line, lexer.start).tokens.map(({ text }) => text);
    expect(kinds("return ")).toEqual(["return "]);
    expect(kinds("return v")).toEqual(["return ", "v"]);
  });
});
