export type SecretKind = "private_key" | "key" | "password" | "email" | "iban" | "card";

/** Something in a text that may not be meant for others. `masked` is enough to find it again, and no more. */
export type Suspect = { kind: SecretKind; masked: string };

type Pattern = {
  kind: SecretKind;
  /** Global. Its first group, where it has one, is the secret. Every repetition is bounded: no text is slow to read. */
  expression: RegExp;
  isReal?(secret: string, whole: string): boolean;
};

/** Keys that say whose they are, as their issuers' scanners know them. */
const KEYS = [
  "sk-(?:ant-|proj-|or-|svcacct-)?[\\w-]{20,512}", // Anthropic, OpenAI, OpenRouter
  "(?:AKIA|ASIA)[0-9A-Z]{16}", // Amazon
  "gh[pousr]_[A-Za-z0-9]{30,255}", // GitHub
  "github_pat_\\w{22,255}",
  "glpat-[\\w-]{20,64}", // GitLab
  "xox[abeprs]-[\\w-]{10,255}", // Slack
  "AIza[\\w-]{35}", // Google
  "ya29\\.[\\w-]{20,512}",
  "[srp]k_(?:live|test)_[A-Za-z0-9]{16,255}", // Stripe
  "npm_[A-Za-z0-9]{36}",
  "hf_[A-Za-z0-9]{30,64}", // Hugging Face
  "SG\\.[\\w-]{16,64}\\.[\\w-]{16,64}", // SendGrid
  "eyJ[\\w-]{8,2000}\\.eyJ[\\w-]{8,4000}\\.[\\w-]{8,2000}", // JSON Web Token
];

/** The first that claims a place has it. */
const PATTERNS: readonly Pattern[] = [
  { kind: "private_key", expression: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g },
  { kind: "key", expression: new RegExp(`(?<![\\w-])(?:${KEYS.join("|")})`, "g") },
  { kind: "password", expression: /(?<![a-z])[a-z][a-z0-9+.-]{1,15}:\/\/[^\s:@/]{1,64}:([^\s@/]{1,128})@/gi, isReal },
  { kind: "key", expression: /\bBearer\s{1,3}([\w.~+/-]{16,512})/g, isReal: isMixed },
  {
    kind: "password",
    expression:
      /(?:passwor[dt]|passwd|passphrase|pwd|kennwort|mot de passe|contraseña|密码|パスワード)["'`*]{0,3}\s{0,3}(?:[:=：]|\b(?:is|ist|lautet)\b)\s{0,3}["'`*]{0,3}([^\s"'`,;<>]{4,128})/gi,
    isReal: (secret, whole) => isReal(secret) && (!/\s(?:is|ist|lautet)\s/i.test(whole) || isMixed(secret)),
  },
  {
    kind: "key",
    expression:
      /(?:secret|api[ _-]?key|access[ _-]?key|token|client[ _-]?secret)["'`*]{0,3}\s{0,3}[:=]\s{0,3}["'`*]{0,3}([\w.~+/=-]{8,512})/gi,
    isReal: isMixed,
  },
  {
    kind: "email",
    expression: /(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\b/gi,
    isReal: isSomebodysAddress,
  },
  { kind: "iban", expression: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g, isReal: isIban },
  { kind: "card", expression: /(?<![\d.,])\d(?:[ -]?\d){12,18}(?!\d)/g, isReal: isCard },
];

/** What in `text` looks like a key, a password, an e-mail address or the number of an account, in reading order, each once. */
export function findSecrets(text: string): Suspect[] {
  const taken: { start: number; end: number; suspect: Suspect }[] = [];
  for (const { kind, expression, isReal } of PATTERNS) {
    for (const match of text.matchAll(expression)) {
      const secret = match[1] ?? match[0];
      if (isReal !== undefined && !isReal(secret, match[0])) continue;
      const [start, end] = [match.index, match.index + match[0].length];
      if (taken.some((other) => start < other.end && other.start < end)) continue;
      taken.push({ start, end, suspect: { kind, masked: mask(kind, secret) } });
    }
  }
  taken.sort((left, right) => left.start - right.start);
  const suspects = new Map(taken.map(({ suspect }) => [`${suspect.kind} ${suspect.masked}`, suspect]));
  return [...suspects.values()];
}

function mask(kind: SecretKind, secret: string): string {
  switch (kind) {
    case "private_key":
      return secret;
    case "key":
      return `${secret.slice(0, 4)}…`;
    case "password":
      return "•".repeat(6);
    case "email":
      return `${secret[0]}…${secret.slice(secret.lastIndexOf("@"))}`;
    case "iban":
      return `${secret.slice(0, 4)}…`;
    case "card":
      return `…${secret.slice(-4)}`;
  }
}

const PLACEHOLDER =
  /^(?:string|number|boolean|str|bytes|null|none|nil|undefined|true|false|hidden|required|optional|varchar.*|text|here|your.*|my.*password|change.*me|example|placeholder|password|secret|token|[x*•.…_-]+)[.)\]}]?$/i;

/** Not a placeholder, a type or an expression of some program. */
function isReal(secret: string): boolean {
  return !PLACEHOLDER.test(secret) && !/^[<{[($%]|[()]|process\.env|environ|getenv/.test(secret);
}

/** Letters and digits mixed, as hardly any word is. */
function isMixed(secret: string): boolean {
  return isReal(secret) && /\d/.test(secret) && /[a-z]/i.test(secret);
}

/** Addresses that stand for any address, or for a service. */
function isSomebodysAddress(address: string): boolean {
  const [name = "", domain = ""] = address.toLowerCase().split("@");
  const isExample = /(?:^|\.)(?:example|test|invalid|localhost)(?:\.(?:com|org|net))?$/.test(domain);
  return !isExample && !/^(?:git|no-?reply|example|user|username|you|your\.?name|name)$/.test(name);
}

/** ISO 13616: the number, with its beginning moved to its end and letters told as 10 to 35, leaves 1 when divided by 97. */
function isIban(written: string): boolean {
  const letters = written.replaceAll(" ", "");
  if (letters.length < 15 || letters.length > 34) return false;
  let remainder = 0;
  for (const letter of letters.slice(4) + letters.slice(0, 4)) {
    const value = Number.parseInt(letter, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** The beginnings and lengths of the cards there are, and the check digit of ISO/IEC 7812 (Luhn). */
function isCard(written: string): boolean {
  const digits = written.replace(/[ -]/g, "");
  if (!/^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12})$/.test(digits)) {
    return false;
  }
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
