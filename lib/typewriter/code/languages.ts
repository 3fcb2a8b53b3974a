import { C_LIKE } from "./c-like";
import { createLexer, type Lexer, type Modes } from "./lexer";
import { MARKUP } from "./markup";
import { SCRIPTING } from "./scripting";

const MODES: Modes = { ...C_LIKE, ...SCRIPTING, ...MARKUP };

/** Each mode a language begins in, with the other names that people write after a fence. */
const NAMES: Record<string, string> = {
  javascript: "js jsx mjs cjs node",
  typescript: "ts tsx mts cts",
  c: "h",
  cpp: "c++ cc cxx hpp hh arduino cuda glsl hlsl wgsl",
  "objective-c": "objc objectivec",
  java: "",
  csharp: "cs c#",
  kotlin: "kt kts",
  scala: "sc",
  groovy: "gradle",
  go: "golang",
  rust: "rs",
  swift: "",
  dart: "",
  php: "",
  zig: "",
  solidity: "sol",
  proto: "protobuf",
  hcl: "terraform tf",
  graphql: "gql prisma",
  python: "py python3 pyi starlark",
  ruby: "rb crystal",
  lua: "luau",
  r: "",
  julia: "jl",
  perl: "pl",
  elixir: "ex exs",
  erlang: "erl",
  haskell: "hs elm purescript",
  ocaml: "ml fsharp f# fs",
  matlab: "octave",
  nix: "",
  lisp: "clojure clj cljs edn scheme racket elisp emacs-lisp common-lisp",
  vim: "viml vimscript",
  sql: "mysql postgres postgresql sqlite plsql tsql",
  shell: "bash sh zsh fish console shellscript shell-session shellsession terminal",
  powershell: "ps1 pwsh ps",
  html: "htm vue svelte astro xml svg xhtml rss plist handlebars hbs jinja twig erb",
  css: "",
  scss: "sass less stylus",
  json: "json5 jsonc jsonl ndjson geojson",
  yaml: "yml",
  toml: "",
  ini: "cfg conf properties env dotenv editorconfig",
  markdown: "md mdx",
  diff: "patch",
  latex: "tex bibtex",
  http: "",
  dockerfile: "docker",
  makefile: "make",
  nginx: "",
  cmake: "",
  assembly: "asm nasm arm x86asm llvm",
};

const modeByName = new Map<string, string>();
for (const [mode, others] of Object.entries(NAMES)) {
  for (const name of [mode, ...others.split(" ")]) modeByName.set(name, mode);
}
const lexers = new Map<string, Lexer>();

/** The lexer of a language by any of its names, in whatever case; undefined for one that is not known. */
export function lexerOf(language: string): Lexer | undefined {
  const mode = modeByName.get(language.toLowerCase());
  if (mode === undefined || language === "") return undefined;
  const lexer = lexers.get(mode) ?? createLexer(MODES, mode);
  lexers.set(mode, lexer);
  return lexer;
}
