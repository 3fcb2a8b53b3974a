import type { Modes, Rule, Words } from "./lexer";
import { lineComment, names, number, region, shortString } from "./rules";

const comment = region("html comment", "<!--", "-->", "comment");
const entity: Rule = { match: "&#?\\w+;", kind: "constant" };
const attributes: Rule[] = [
  { match: "\"[^\"]*(?:\"|$)|'[^']*(?:'|$)", kind: "string" },
  { match: "[^\\s=\"'>/]+(?==)", kind: "attribute" },
  { match: "[^\\s=\"'>/]+", kind: "attribute" },
];
const tag: Rule = { match: "</?[A-Za-z][\\w:.-]*", kind: "tag", enter: "tag" };

const cssComment = region("css comment", "/\\*", "\\*/", "comment");
const cssValues: Rule[] = [
  cssComment.rule,
  shortString('"'),
  shortString("'"),
  { match: "#[\\da-fA-F]{3,8}\\b|-?(?:\\d+\\.?\\d*|\\.\\d+)(?:%|[a-zA-Z]+)?", kind: "number" },
  { match: "--[\\w-]+", kind: "constant" },
  { match: "!important", kind: "keyword" },
  { match: "[\\w-]+(?=\\()", kind: "function" },
];
function css(name: string, extra: Rule[]): Modes {
  return {
    [name]: {
      rules: [
        ...extra,
        cssComment.rule,
        shortString('"'),
        shortString("'"),
        { match: "@[\\w-]+", kind: "keyword" },
        {
          match: "[\\w-]+(?=\\s*:\\s*[^{;]*(?:;|$))(?<=(?:^|[{;])\\s*[\\w-]+)",
          kind: "attribute",
          enter: `${name} value`,
        },
        { match: "&?[.#]-?[A-Za-z_][\\w-]*", kind: "type" },
        { match: "::?[\\w-]+", kind: "meta" },
        { match: "\\b[a-z][\\w-]*\\b", kind: "tag" },
        { match: "-?\\d+\\.?\\d*(?:%|[a-z]+)?", kind: "number" },
      ],
    },
    [`${name} value`]: { rules: [...extra, ...cssValues, { match: "(?=\\})|;", leave: true }] },
  };
}

const LATEX: Rule[] = [
  lineComment("(?<!\\\\)%"),
  { match: "\\\\(?:begin|end)\\b", kind: "keyword" },
  { match: "\\\\(?:[A-Za-z@]+|.)", kind: "function" },
  { match: "\\$\\$?", kind: "string" },
];
const YAML_CONSTANTS: Words = { constant: "true false null yes no on off ~" };
const JSON_WORDS: Words = { constant: "true false null NaN Infinity" };
const MAKE: Words = { keyword: "ifeq ifneq ifdef ifndef else endif include define endef export override" };
const NGINX: Words = { constant: "on off" };
const CMAKE: Words = { constant: "ON OFF TRUE FALSE" };

/** Markup, styles, data and settings. */
export const MARKUP: Modes = {
  html: {
    rules: [
      comment.rule,
      { match: "<!\\w[^>]*>|<\\?.*?\\?>", kind: "meta" },
      { match: "<script\\b", kind: "tag", enter: "script tag" },
      { match: "<style\\b", kind: "tag", enter: "style tag" },
      tag,
      entity,
      { match: "\\{\\{.*?\\}\\}|\\{%.*?%\\}", kind: "meta" },
    ],
  },
  ...comment.modes,
  tag: { rules: [{ match: "/?>", kind: "tag", leave: true }, ...attributes] },
  "script tag": { rules: [{ match: ">", kind: "tag", replace: "typescript", until: "</script" }, ...attributes] },
  "style tag": { rules: [{ match: ">", kind: "tag", replace: "css", until: "</style" }, ...attributes] },
  ...css("css", []),
  ...css("scss", [lineComment("//"), { match: "[$@][\\w-]+", kind: "constant" }]),
  ...cssComment.modes,
  json: {
    rules: [
      lineComment("//"),
      cssComment.rule,
      { match: '"(?:\\\\.|[^\\\\"])*"(?=\\s*:)', kind: "attribute" },
      shortString('"'),
      shortString("'"),
      { match: "-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?", kind: "number" },
      { match: "[A-Za-z_]\\w*", words: JSON_WORDS },
    ],
  },
  yaml: {
    rules: [
      { match: "(?<=^|\\s)#.*", kind: "comment" },
      { match: "^(?:---|\\.\\.\\.)\\s*$", kind: "meta" },
      { match: "(?<=^\\s*(?:- +)*)[^\\s#'\"{}[\\],&*!|>%@-][^#:'\"{}[\\]]*(?=:(?:\\s|$))", kind: "attribute" },
      { match: '"(?:\\\\.|[^\\\\"])*"(?=:\\s)', kind: "attribute" },
      shortString('"'),
      shortString("'"),
      { match: "[&*!][\\w./-]+", kind: "meta" },
      { match: "(?<![\\w.-])-?\\d+(?:\\.\\d+)?(?![\\w.:-])", kind: "number" },
      { match: "(?<![\\w.-])(?:[A-Za-z]+|~)(?![\\w.-])", words: YAML_CONSTANTS },
    ],
  },
  toml: {
    rules: [
      lineComment("#"),
      { match: "^\\s*\\[\\[?[^\\]]*\\]\\]?", kind: "type" },
      { match: '(?<=^\\s*)[\\w."-]+(?=\\s*=)', kind: "attribute" },
      { match: "\"\"\"|'''", kind: "string" },
      shortString('"'),
      shortString("'"),
      { match: "\\b\\d{4}-\\d\\d-\\d\\d[\\dT:.Z+-]*", kind: "number" },
      number,
      { match: "[A-Za-z_]\\w*", words: JSON_WORDS },
    ],
  },
  ini: {
    rules: [
      { match: "^\\s*[#;].*", kind: "comment" },
      { match: "^\\s*\\[[^\\]]*\\]", kind: "type" },
      { match: "(?<=^\\s*(?:export )?)[\\w.-]+(?=\\s*[=:])", kind: "attribute" },
      shortString('"'),
      { match: "\\$\\{[^}]*\\}", kind: "constant" },
    ],
  },
  markdown: {
    rules: [
      { match: "^#{1,6} .*", kind: "keyword" },
      { match: "^\\s*(?:[-*+]|\\d+\\.)(?=\\s)", kind: "meta" },
      { match: "^>.*", kind: "comment" },
      { match: "^(?:```|~~~).*|`[^`]+`", kind: "string" },
      { match: "\\*\\*[^*]+\\*\\*|__[^_]+__", kind: "type" },
      { match: "!?\\[[^\\]]*\\]\\([^)]*\\)", kind: "function" },
    ],
  },
  diff: {
    rules: [
      { match: "^(?:diff|index|---|\\+\\+\\+|@@).*", kind: "meta" },
      { match: "^\\+.*", kind: "inserted" },
      { match: "^-.*", kind: "deleted" },
    ],
  },
  latex: { rules: LATEX },
  http: {
    rules: [
      { match: "^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\\b", kind: "keyword" },
      { match: "^HTTP/[\\d.]+ \\d+.*", kind: "keyword" },
      { match: "^[\\w-]+(?=:)", kind: "attribute" },
      shortString('"'),
      { match: "\\bHTTP/[\\d.]+", kind: "meta" },
    ],
  },
  dockerfile: {
    rules: [
      { match: "^\\s*#.*", kind: "comment" },
      { match: "^\\s*[A-Z]+(?=\\s)", kind: "keyword" },
      { match: "(?<=\\s)(?:AS|as)(?=\\s)", kind: "keyword" },
      shortString('"'),
      shortString("'"),
      { match: "\\$\\w+|\\$\\{[^}]*\\}", kind: "constant" },
      { match: "(?<=\\s)--[\\w-]+", kind: "attribute" },
    ],
  },
  makefile: {
    rules: [
      lineComment("(?<!\\\\)#"),
      { match: "^[\\w./%$(){} -]+(?=:(?!=))", kind: "function" },
      { match: "^\\s*[\\w.-]+(?=\\s*[:?+]?=)", kind: "attribute" },
      { match: "\\$[({][^)}]*[)}]|\\$[@<^*%?]", kind: "constant" },
      { match: "^-?[a-z]+\\b", words: MAKE },
    ],
  },
  nginx: {
    rules: [
      lineComment("#"),
      { match: "(?<=^\\s*)[a-z_]+(?=[\\s;{])", kind: "keyword" },
      { match: "\\$\\w+", kind: "constant" },
      shortString('"'),
      shortString("'"),
      { match: "\\b\\d+[a-z]?\\b", kind: "number" },
      { match: "\\b[a-z]+\\b", words: NGINX },
    ],
  },
  cmake: {
    rules: [
      lineComment("#"),
      shortString('"'),
      { match: "\\$\\{[^}]*\\}", kind: "constant" },
      ...names(CMAKE, { hasTypeCase: false }),
    ],
  },
  assembly: {
    rules: [
      { match: "(?:;|//|(?<=^|\\s)#(?!\\d)).*", kind: "comment" },
      shortString('"'),
      { match: "^\\s*[.\\w$]+:", kind: "function" },
      { match: "(?<=^\\s*)\\.\\w+", kind: "meta" },
      { match: "%\\w+|\\b[er]?[abcd]x\\b|\\b[er]?(?:[sd]i|[sb]p|ip)\\b|\\b[xwrv]\\d{1,2}\\b", kind: "constant" },
      { match: "(?<=^\\s+)[a-z][\\w.]*", kind: "keyword" },
      { match: "[$#]?-?\\b(?:0x[\\da-fA-F]+|\\d+)\\b", kind: "number" },
    ],
  },
};
