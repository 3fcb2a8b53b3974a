/**
 * Inputs of the extension examples of the GitHub Flavored Markdown Spec 0.29 (https://github.github.com/gfm/,
 * CC BY-SA 4.0), by section and example number. What they should become is the reference parser's word.
 */
export const GFM_EXAMPLES: { section: string; number: number; markdown: string }[] = [
  { section: "tables", number: 198, markdown: "| foo | bar |\n| --- | --- |\n| baz | bim |\n" },
  { section: "tables", number: 199, markdown: "| abc | defghi |\n:-: | -----------:\nbar | baz\n" },
  { section: "tables", number: 200, markdown: "| f\\|oo  |\n| ------ |\n| b `\\|` az |\n| b **\\|** im |\n" },
  { section: "tables", number: 201, markdown: "| abc | def |\n| --- | --- |\n| bar | baz |\n> bar\n" },
  { section: "tables", number: 202, markdown: "| abc | def |\n| --- | --- |\n| bar | baz |\nbar\n\nbar\n" },
  { section: "tables", number: 203, markdown: "| abc | def |\n| --- |\n| bar |\n" },
  { section: "tables", number: 204, markdown: "| abc | def |\n| --- | --- |\n| bar |\n| bar | baz | boo |\n" },
  { section: "tables", number: 205, markdown: "| abc | def |\n| --- | --- |\n" },
  { section: "task lists", number: 279, markdown: "- [ ] foo\n- [x] bar\n" },
  { section: "task lists", number: 280, markdown: "- [x] foo\n  - [ ] bar\n  - [x] baz\n- [ ] bim\n" },
  { section: "strikethrough", number: 491, markdown: "~~Hi~~ Hello, ~there~ world!\n" },
  { section: "strikethrough", number: 492, markdown: "This ~~has a\n\nnew paragraph~~.\n" },
  { section: "strikethrough", number: 493, markdown: "This will ~~~not~~~ strike.\n" },
  { section: "autolinks", number: 622, markdown: "www.commonmark.org\n" },
  { section: "autolinks", number: 623, markdown: "Visit www.commonmark.org/help for more information.\n" },
  { section: "autolinks", number: 624, markdown: "Visit www.commonmark.org.\n\nVisit www.commonmark.org/a.b.\n" },
  {
    section: "autolinks",
    number: 625,
    markdown:
      "www.google.com/search?q=Markup+(business)\n\nwww.google.com/search?q=Markup+(business)))\n\n(www.google.com/search?q=Markup+(business))\n\n(www.google.com/search?q=Markup+(business)\n",
  },
  { section: "autolinks", number: 626, markdown: "www.google.com/search?q=(business))+ok\n" },
  {
    section: "autolinks",
    number: 627,
    markdown: "www.google.com/search?q=commonmark&hl=en\n\nwww.google.com/search?q=commonmark&hl;\n",
  },
  { section: "autolinks", number: 628, markdown: "www.commonmark.org/he<lp\n" },
  {
    section: "autolinks",
    number: 629,
    markdown: "http://commonmark.org\n\n(Visit https://encrypted.google.com/search?q=Markup+(business))\n",
  },
  { section: "autolinks", number: 630, markdown: "foo@bar.baz\n" },
  {
    section: "autolinks",
    number: 631,
    markdown: "hello@mail+xyz.example isn't valid, but hello+xyz@mail.example is.\n",
  },
  { section: "autolinks", number: 632, markdown: "a.b-c_d@a.b\n\na.b-c_d@a.b.\n\na.b-c_d@a.b-\n\na.b-c_d@a.b_\n" },
];
