import type { Modes, Rule, Words } from "./lexer";
import { escaped, lineComment, names, number, region, shortString } from "./rules";

type CLike = {
  words: Words;
  /** Rules that come before all others. */
  first?: Rule[];
  lineComment?: string;
  quotes?: string;
  isNested?: boolean;
  more?: Modes;
};

/** A language with braces, `//` and C's block comments. */
function cLike(
  name: string,
  { words, first = [], lineComment: start = "//", quotes = "\"'", isNested, more }: CLike,
): Modes {
  const comment = `${name} comment`;
  const nested: Rule[] = isNested ? [{ match: "/\\*", enter: comment, kind: "comment" }] : [];
  const block = region(comment, "/\\*", "\\*/", "comment", nested);
  return {
    [name]: {
      rules: [
        lineComment(start),
        block.rule,
        ...first,
        ...[...quotes].map((quote) => shortString(quote)),
        number,
        ...names(words),
      ],
    },
    ...block.modes,
    ...more,
  };
}

const preprocessor: Rule = { match: "^\\s*#\\s*\\w+(?:\\s*<[^>]*>)?", kind: "meta" };
const annotation: Rule = { match: "@[A-Za-z_][\\w.]*", kind: "meta" };
/** Where an expression begins. A tag may end with `/>` where a line begins, after a placeholder and after type arguments. */
const REGEX_LITERAL: Rule = {
  match:
    "(?:(?<=(?:[=(,:;!&|?{\\[+*~<%]|=>|\\breturn|\\bcase|\\btypeof)\\s*)|(?<=(?:^|[}>])\\s*)(?!/>))/(?![/*])(?:\\\\.|\\[(?:\\\\.|[^\\]\\\\])*\\]|[^/\\\\[])+/[a-z]*",
  kind: "string",
};

const JAVASCRIPT: Words = {
  keyword:
    "as async await break case catch class const continue debugger default delete do else export extends finally for from function get if import in instanceof let new of return set static super switch throw try typeof using var void while with yield",
  constant: "true false null undefined NaN Infinity this",
};
const TYPESCRIPT: Words = {
  keyword: `${JAVASCRIPT.keyword} abstract accessor asserts declare enum implements infer interface is keyof module namespace override private protected public readonly satisfies type unique`,
  constant: JAVASCRIPT.constant as string,
  type: "any bigint boolean never number object string symbol unknown",
};

function script(name: string, words: Words): Modes {
  const template = `${name} template`;
  return cLike(name, {
    words,
    first: [
      { match: "`", kind: "string", enter: template },
      REGEX_LITERAL,
      { match: "</?[A-Za-z][\\w.]*(?=[\\s/>])(?<=(?:^|[\\s(>{}])</?[A-Za-z][\\w.]*)(?!\\s+extends)", kind: "tag" },
      { match: '[\\w-]+(?==["{])', kind: "attribute" },
      annotation,
      // Nested braces of their own, so that the one that ends a placeholder is told apart.
      { match: "\\{", enter: name },
      { match: "\\}", leave: true },
    ],
    more: {
      [template]: {
        kind: "string",
        rules: [escaped, { match: "\\$\\{", kind: "meta", enter: name }, { match: "`", kind: "string", leave: true }],
      },
    },
  });
}

const C_WORDS: Words = {
  keyword:
    "alignas alignof auto break case const constexpr continue default do else enum extern for goto if inline register restrict return sizeof static static_assert struct switch typedef typeof union volatile while",
  type: "bool char double float int int8_t int16_t int32_t int64_t long ptrdiff_t short signed size_t ssize_t uint8_t uint16_t uint32_t uint64_t uintptr_t unsigned void wchar_t FILE",
  constant: "true false NULL nullptr",
};
const CPP_WORDS: Words = {
  keyword: `${C_WORDS.keyword} catch class co_await co_return co_yield concept const_cast consteval constinit decltype delete dynamic_cast explicit export final friend import module mutable namespace new noexcept operator override private protected public reinterpret_cast requires static_cast template throw try typeid typename using virtual`,
  type: `${C_WORDS.type} string vector map set pair tuple optional variant`,
  constant: `${C_WORDS.constant} this`,
};

const JAVA: Words = {
  keyword:
    "abstract assert break case catch class const continue default do else enum extends final finally for goto if implements import instanceof interface native new non-sealed package permits private protected public record return sealed static strictfp super switch synchronized throw throws transient try var void volatile when while yield",
  type: "boolean byte char double float int long short",
  constant: "true false null this",
};
const CSHARP: Words = {
  keyword:
    "abstract add as async await base break case catch checked class const continue default delegate do else enum event explicit extern finally fixed for foreach from get global goto if implicit in init interface internal is join let lock nameof namespace new not operator or orderby out override params partial private protected public readonly record ref remove required return sealed select set sizeof stackalloc static struct switch throw try typeof unchecked unsafe using value var virtual void volatile when where while with yield",
  type: "bool byte char decimal double dynamic float int long nint nuint object sbyte short string uint ulong ushort",
  constant: "true false null this",
};
const KOTLIN: Words = {
  keyword:
    "abstract actual annotation as break by catch class companion const constructor continue crossinline data do else enum expect external final finally for fun get if import in infix init inline inner interface internal is lateinit noinline object open operator out override package private protected public reified return sealed set super suspend tailrec throw try typealias val value var vararg when where while",
  constant: "true false null this it",
};
const SCALA: Words = {
  keyword:
    "abstract case catch class def do else enum export extends extension final finally for forSome given if implicit import lazy match new object override package private protected return sealed super then throw trait try type using val var while with yield",
  constant: "true false null this",
};
const GO: Words = {
  keyword:
    "break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var",
  type: "any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr",
  constant: "true false nil iota",
};
const RUST: Words = {
  keyword:
    "as async await break const continue crate dyn else enum extern fn for if impl in let loop macro match mod move mut pub ref return static struct super trait type union unsafe use where while yield",
  type: "bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize",
  constant: "true false self Self",
};
const SWIFT: Words = {
  keyword:
    "actor any as associatedtype async await break case catch class continue convenience default defer deinit do dynamic else enum extension fallthrough fileprivate final for func get guard if import in indirect infix init inout internal is isolated lazy let mutating nonisolated nonmutating open operator optional override postfix precedencegroup prefix private protocol public repeat required rethrows return set some static struct subscript super switch throw throws try typealias unowned var weak where while",
  constant: "true false nil self Self",
};
const DART: Words = {
  keyword:
    "abstract as assert async await base break case catch class const continue covariant default deferred do dynamic else enum export extends extension external factory final finally for get hide if implements import in interface is late library mixin new on operator part required rethrow return sealed set show static super switch sync throw try typedef var when while with yield",
  type: "bool double int num void",
  constant: "true false null this",
};
const PHP: Words = {
  keyword:
    "abstract and as break callable case catch class clone const continue declare default do echo else elseif empty enum extends final finally fn for foreach function global goto if implements include include_once instanceof insteadof interface isset list match namespace new or print private protected public readonly require require_once return static switch throw trait try unset use var while xor yield",
  type: "array bool float int iterable mixed never object string void",
  constant: "true false null self parent",
};
const ZIG: Words = {
  keyword:
    "align allowzero and anytype asm async await break callconv catch comptime const continue defer else enum errdefer error export extern fn for if inline noalias nosuspend opaque or orelse packed pub resume return struct suspend switch test threadlocal try union unreachable usingnamespace var volatile while",
  type: "bool comptime_int f16 f32 f64 i8 i16 i32 i64 i128 isize noreturn type u8 u16 u32 u64 u128 usize void",
  constant: "true false null undefined",
};
const SOLIDITY: Words = {
  keyword:
    "abstract assembly break calldata catch constant constructor continue contract delete do else emit enum error event external fallback for function if immutable import indexed interface internal is library mapping memory modifier new override payable pragma private public pure receive return returns revert storage struct throw try unchecked using view virtual while",
  type: "address bool bytes bytes32 int int256 string uint uint8 uint256",
  constant: "true false this super",
};
const PROTO: Words = {
  keyword:
    "enum extend extensions import map message oneof option optional package public repeated required reserved returns rpc service stream syntax to",
  type: "bool bytes double fixed32 fixed64 float int32 int64 sint32 sint64 string uint32 uint64",
  constant: "true false",
};
const GROOVY: Words = {
  keyword: `${JAVA.keyword} as def in trait`,
  type: JAVA.type as string,
  constant: JAVA.constant as string,
};
const HCL: Words = {
  keyword:
    "data for if in locals module output provider provisioner resource terraform variable dynamic lifecycle moved import",
  type: "any bool list map number object set string tuple",
  constant: "true false null",
};
const GRAPHQL: Words = {
  keyword:
    "directive enum extend fragment implements input interface mutation on query repeatable scalar schema subscription type union",
  constant: "true false null",
};

const hash: Rule = lineComment("#");
const javaText = region("java text", '"""', '"""', "string", [escaped]);
const dollar: Rule = { match: "\\$[A-Za-z_]\\w*", kind: "constant" };
const csharpVerbatim = region("csharp verbatim", '\\$?@\\$?"', '"(?!")', "string", [{ match: '""' }]);
const goRaw = region("go raw", "`", "`", "string");
const rustRaw = region("rust raw", '\\bb?r#*"', '"#*', "string");

/** Languages with braces and C's comments. */
export const C_LIKE: Modes = {
  ...script("javascript", JAVASCRIPT),
  ...script("typescript", TYPESCRIPT),
  ...cLike("c", { words: C_WORDS, first: [preprocessor] }),
  ...cLike("cpp", { words: CPP_WORDS, first: [preprocessor, { match: "\\[\\[.*?\\]\\]", kind: "meta" }] }),
  ...cLike("objective-c", {
    words: {
      ...CPP_WORDS,
      type: `${CPP_WORDS.type} id instancetype BOOL`,
      constant: `${CPP_WORDS.constant} nil self YES NO`,
    },
    first: [preprocessor, { match: '@"(?:\\\\.|[^\\\\"])*"?', kind: "string" }, { match: "@\\w+", kind: "keyword" }],
  }),
  ...cLike("java", { words: JAVA, first: [javaText.rule, annotation], more: javaText.modes }),
  ...cLike("csharp", { words: CSHARP, first: [preprocessor, csharpVerbatim.rule], more: csharpVerbatim.modes }),
  ...cLike("kotlin", { words: KOTLIN, first: [javaText.rule, annotation], isNested: true }),
  ...cLike("scala", { words: SCALA, first: [javaText.rule, annotation], isNested: true }),
  ...cLike("groovy", { words: GROOVY, first: [javaText.rule, annotation] }),
  ...cLike("go", { words: GO, first: [goRaw.rule], more: goRaw.modes }),
  ...cLike("rust", {
    words: RUST,
    quotes: '"',
    isNested: true,
    first: [
      { match: "#!?\\[.*?\\]", kind: "meta" },
      { match: "b?'(?:\\\\.[^']{0,9}|[^'\\\\])'", kind: "string" },
      { match: "'[a-z_]\\w*", kind: "meta" },
      { match: "\\b[a-z_]\\w*!(?=\\s*[({[])", kind: "function" },
      rustRaw.rule,
    ],
    more: rustRaw.modes,
  }),
  ...cLike("swift", { words: SWIFT, first: [javaText.rule, annotation, preprocessor], quotes: '"', isNested: true }),
  ...cLike("dart", { words: DART, first: [annotation] }),
  ...cLike("php", {
    words: PHP,
    first: [{ match: "<\\?(?:php|=)?|\\?>", kind: "meta" }, { match: "#\\[.*?\\]", kind: "meta" }, hash, dollar],
  }),
  ...cLike("zig", {
    words: ZIG,
    first: [
      { match: "\\\\\\\\.*", kind: "string" },
      { match: "@\\w+", kind: "function" },
    ],
  }),
  ...cLike("solidity", { words: SOLIDITY }),
  ...cLike("proto", { words: PROTO }),
  ...cLike("hcl", { words: HCL, first: [hash], quotes: '"' }),
  ...cLike("graphql", { words: GRAPHQL, first: [hash, annotation, dollar], lineComment: "#", quotes: '"' }),
};
