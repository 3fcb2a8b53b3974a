import type { Modes, Rule, Words } from "./lexer";
import { escaped, lineComment, names, number, region, shortString } from "./rules";

const PYTHON: Words = {
  keyword:
    "and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield",
  type: "bool bytes complex dict float frozenset int list object set str tuple type",
  constant: "True False None self cls",
};
const RUBY: Words = {
  keyword:
    "alias and begin break case class def defined? do else elsif end ensure extend for if in include module next not or private prepend protected public raise redo require require_relative rescue retry return super then undef unless until when while yield attr_accessor attr_reader attr_writer",
  constant: "true false nil self",
};
const LUA: Words = {
  keyword: "and break do else elseif end for function goto if in local not or repeat return then until while",
  constant: "true false nil self",
};
const R: Words = {
  keyword: "break else for function if in next repeat return while library require",
  constant: "TRUE FALSE NULL NA NaN Inf",
};
const JULIA: Words = {
  keyword:
    "abstract baremodule begin break catch const continue do else elseif end export finally for function global if import in isa let local macro module mutable primitive quote return struct try using where while",
  constant: "true false nothing missing",
};
const PERL: Words = {
  keyword:
    "and bless die do else elsif eq for foreach ge gt if last le lt my ne next no not or our package print qw redo ref require return say shift sub unless until use while",
};
const ELIXIR: Words = {
  keyword:
    "after alias and case catch cond def defdelegate defexception defguard defimpl defmacro defmodule defp defprotocol defstruct do else end fn for if import in not or quote raise receive require rescue try unless unquote use when with",
  constant: "true false nil self",
};
const ERLANG: Words = {
  keyword: "after and andalso begin case catch cond div end fun if let not of or orelse receive rem try when xor",
  constant: "true false undefined ok error",
};
const HASKELL: Words = {
  keyword:
    "case class data default deriving do else family forall foreign if import in infix infixl infixr instance let module newtype of qualified then type where",
};
const OCAML: Words = {
  keyword:
    "and as assert begin class constraint do done downto else end exception external for fun function functor if in include inherit initializer lazy let match member method module mutable new object of open or override private rec sig static struct then to try type use val virtual when while with yield",
  type: "bool char float int list option string unit",
  constant: "true false null",
};
const MATLAB: Words = {
  keyword:
    "break case catch classdef continue else elseif end for function global if otherwise parfor persistent properties methods return switch try while",
  constant: "true false pi Inf NaN",
};
const NIX: Words = {
  keyword: "assert else if in inherit let or rec then with",
  constant: "true false null",
};
const LISP: Words = {
  keyword:
    "and begin case cond def default define defmacro defmethod defn defn- defparameter defprotocol defrecord defstruct defun defvar do doseq dotimes else fn for if if-let lambda let let* letrec loop ns or progn quote recur require set! setf setq try unless when when-let while",
  constant: "true false nil t #t #f",
};
const VIM: Words = {
  keyword:
    "augroup autocmd call command echo else elseif endfor endfunction endif endwhile execute for function if let map nmap nnoremap noremap return set setlocal silent source syntax unlet vnoremap while",
};
const SQL: Words = {
  keyword:
    "add all alter analyze and any as asc auto_increment begin between by cascade case check column commit conflict constraint create cross current database default deferrable delete desc distinct do drop else end except exists explain extension fetch filter first following for foreign from full function grant group having if ilike in index inner insert intersect into is join key language lateral left like limit materialized natural not nothing of offset on or order outer over partition policy preceding primary procedure recursive references rename replace restrict return returning returns revoke right rollback row rows schema select sequence set show start table temporary then to transaction trigger truncate unbounded union unique update using values view when where window with within",
  type: "bigint bigserial blob boolean bytea char date datetime decimal double float int integer interval json jsonb numeric real serial smallint text time timestamp timestamptz tinyint uuid varchar",
  constant: "true false null current_date current_timestamp",
};
const SHELL: Words = {
  keyword:
    "alias break case continue declare do done elif else esac eval exec exit export fi for function if in local readonly return select set shift source then time trap unset until while",
  function:
    "apt apt-get awk brew cat cd chmod chown cp curl cut docker echo find git grep head kill kubectl ln ls make mkdir mv node npm npx pip pip3 pnpm printf ps pwd python python3 read rm sed sort ssh sudo systemctl tail tar tee test touch tr uniq wc wget xargs yarn",
  constant: "true false",
};
const POWERSHELL: Words = {
  keyword:
    "begin break catch class continue data do dynamicparam else elseif end enum exit filter finally for foreach function if in param process return switch throw trap try until using while",
};

const hash = lineComment("#");
const pythonLong = region("python long", '\\b[rRbBuUfF]{0,2}"""|"""', '"""', "string", [escaped]);
const pythonLongSingle = region("python long single", "\\b[rRbBuUfF]{0,2}'''|'''", "'''", "string", [escaped]);
const decorator: Rule = { match: "(?<=^\\s*)@[\\w.]+", kind: "meta" };
const luaLong = region("lua long", "\\[\\[", "\\]\\]", "string");
const luaComment = region("lua comment", "--\\[\\[", "\\]\\]", "comment");
const sqlComment = region("sql comment", "/\\*", "\\*/", "comment");
const sqlString = region("sql string", "'", "'", "string", [{ match: "''" }]);
const haskellComment = region("haskell comment", "\\{-", "-\\}", "comment");
const ocamlComment = region("ocaml comment", "\\(\\*", "\\*\\)", "comment");
const juliaLong = region("julia long", '"""', '"""', "string", [escaped]);
const nixLong = region("nix long", "''", "''", "string");
const rubyComment = region("ruby comment", "^=begin", "^=end", "comment");
const elixirLong = region("elixir long", '"""', '"""', "string", [escaped]);
const powershellComment = region("powershell comment", "<#", "#>", "comment");
const slashComment = region("nix comment", "/\\*", "\\*/", "comment");
const lispComment = region("lisp comment", "#\\|", "\\|#", "comment");
const shellVariable: Rule = { match: "\\$(?:\\w+|[@#?*!$-])|\\$\\{[^}]*\\}", kind: "constant" };
const shellText = region("shell text", '"', '"', "string", [escaped, shellVariable]);
const shellQuote = region("shell quote", "'", "'", "string");
const atom: Rule = { match: "(?<![\\w:]):[A-Za-z_]\\w*[?!]?", kind: "constant" };

/** Languages of scripts, queries and proofs. */
export const SCRIPTING: Modes = {
  python: {
    rules: [
      hash,
      pythonLong.rule,
      pythonLongSingle.rule,
      shortString('"', "(?:\\b[rRbBuUfF]{1,2})?"),
      shortString("'", "(?:\\b[rRbBuUfF]{1,2})?"),
      decorator,
      number,
      ...names(PYTHON),
    ],
  },
  ...pythonLong.modes,
  ...pythonLongSingle.modes,
  ruby: {
    rules: [
      rubyComment.rule,
      hash,
      shortString('"'),
      shortString("'"),
      atom,
      { match: "@@?\\w+|\\$\\w+", kind: "constant" },
      number,
      ...names(RUBY, { pattern: "[A-Za-z_]\\w*[?!]?" }),
    ],
  },
  ...rubyComment.modes,
  lua: {
    rules: [
      luaComment.rule,
      lineComment("--"),
      luaLong.rule,
      shortString('"'),
      shortString("'"),
      number,
      ...names(LUA),
    ],
  },
  ...luaLong.modes,
  ...luaComment.modes,
  r: {
    rules: [
      hash,
      shortString('"'),
      shortString("'"),
      number,
      ...names(R, { pattern: "[A-Za-z.][\\w.]*", hasTypeCase: false }),
    ],
  },
  julia: {
    rules: [hash, juliaLong.rule, shortString('"'), atom, { match: "@\\w+", kind: "meta" }, number, ...names(JULIA)],
  },
  ...juliaLong.modes,
  perl: {
    rules: [hash, shortString('"'), shortString("'"), { match: "[$@%]\\w+", kind: "constant" }, number, ...names(PERL)],
  },
  elixir: {
    rules: [hash, elixirLong.rule, shortString('"'), atom, { match: "@\\w+", kind: "meta" }, number, ...names(ELIXIR)],
  },
  ...elixirLong.modes,
  erlang: { rules: [lineComment("%"), shortString('"'), { match: "^-\\w+", kind: "meta" }, number, ...names(ERLANG)] },
  haskell: {
    rules: [
      { match: "\\{-#.*?#-\\}", kind: "meta" },
      haskellComment.rule,
      lineComment("--(?![!#$%&*+./<=>?@\\\\^|~-])"),
      shortString('"'),
      { match: "'(?:\\\\.|[^'\\\\])'", kind: "string" },
      { match: "^[a-z_][\\w']*(?=\\s*::)", kind: "function" },
      number,
      ...names(HASKELL, { pattern: "[A-Za-z_][\\w']*" }),
    ],
  },
  ...haskellComment.modes,
  ocaml: {
    rules: [
      ocamlComment.rule,
      lineComment("//"),
      shortString('"'),
      number,
      ...names(OCAML, { pattern: "[A-Za-z_][\\w']*" }),
    ],
  },
  ...ocamlComment.modes,
  matlab: {
    rules: [
      lineComment("%"),
      shortString('"'),
      { match: "(?<![\\w)\\]'])'[^']*'", kind: "string" },
      number,
      ...names(MATLAB),
    ],
  },
  nix: {
    rules: [
      hash,
      slashComment.rule,
      nixLong.rule,
      shortString('"'),
      number,
      ...names(NIX, { pattern: "[A-Za-z_][\\w'-]*" }),
    ],
  },
  ...nixLong.modes,
  ...slashComment.modes,
  lisp: {
    rules: [
      lineComment(";"),
      lispComment.rule,
      shortString('"'),
      { match: "(?<![\\w:]):[\\w*+!?<>=/.-]+", kind: "constant" },
      { match: "(?<=\\()(?:[^\\s()[\\]{}\"';]+)", words: LISP, kind: "function" },
      number,
    ],
  },
  ...lispComment.modes,
  vim: {
    rules: [{ match: '^\\s*".*', kind: "comment" }, shortString("'"), number, ...names(VIM, { hasTypeCase: false })],
  },
  sql: {
    ignoresCase: true,
    rules: [
      lineComment("--"),
      sqlComment.rule,
      sqlString.rule,
      { match: '"[^"]*"|`[^`]*`' },
      number,
      { match: "[:@$]\\w+", kind: "constant" },
      ...names(SQL, { hasTypeCase: false }),
    ],
  },
  ...sqlComment.modes,
  ...sqlString.modes,
  shell: {
    rules: [
      // What is escaped opens nothing.
      { match: "\\\\." },
      { match: "(?<=^|\\s)#.*", kind: "comment" },
      { match: "^\\s*[$%>](?=\\s)", kind: "meta" },
      shellText.rule,
      shellQuote.rule,
      shellVariable,
      { match: "\\b[A-Za-z_]\\w*(?==)", kind: "constant" },
      { match: "(?<=\\s)--?[A-Za-z][\\w-]*", kind: "attribute" },
      { match: "(?<![\\w/.-])(?:[\\w-]+)(?![\\w/.-])", words: SHELL },
      number,
    ],
  },
  ...shellText.modes,
  ...shellQuote.modes,
  powershell: {
    ignoresCase: true,
    rules: [
      powershellComment.rule,
      hash,
      shortString('"'),
      shortString("'"),
      { match: "\\$[\\w:]+", kind: "constant" },
      { match: "\\b[A-Za-z]+-[A-Za-z]+\\b", kind: "function" },
      { match: "(?<=\\s)-[A-Za-z]\\w*", kind: "attribute" },
      { match: "\\[[\\w.]+\\]", kind: "type" },
      number,
      ...names(POWERSHELL, { hasTypeCase: false }),
    ],
  },
  ...powershellComment.modes,
};
