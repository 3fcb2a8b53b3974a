/** A value with the operations that led to it, in the order they were done, as `3 + 4 = 7`. */
export type Sum = { expression: string; value: number; steps: string[] };

const LONGEST_TEXT = 2_000;
const LONGEST_EXPRESSION = 200;
const LEAD_IN =
  /^(?:(?:hey|hello|hi|so|ok|please|and|now)[\s,]+)*(?:what(?:'|’)?s|what is|what does|how much is|how much|calculate|compute|solve|evaluate|work out|was ist|combien font)?\s*:?\s*/i;
const CHARACTERS = /^[\d\s.+\-*/^%()]+$/;
const A_DATE = /^\d{4}-\d\d-\d\d$|^\d{1,2}\/\d{1,2}\/\d{2,4}$/;
const CLEARLY_MEANT = /\d\s+[-+*/^%]\s+[\d(]|[*^]/;

/**
 * The arithmetic in `text`, worked out, or undefined when there is none. Inside a longer sentence it must be
 * unmistakable (spaces round the operator, or one that nobody writes by accident), so "24/7" is not a division.
 */
export function sumIn(text: string): Sum | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const plain = inSigns(text);
  const whole = plain.replace(LEAD_IN, "").replace(/[\s=?!.]+$/, "");
  if (A_DATE.test(whole)) return undefined;
  if (CHARACTERS.test(whole)) return sumOf(whole);
  const inside = plain.match(/[-(]*\d[\d\s.+\-*/^%()]*[\d)]/g) ?? [];
  return inside
    .filter((run) => CLEARLY_MEANT.test(run))
    .sort((left, right) => right.length - left.length)
    .map((run) => sumOf(run.trim()))
    .find((sum) => sum !== undefined);
}

function inSigns(text: string): string {
  return text
    .replace(/(\d),(?=\d{3}\b)/g, "$1")
    .replace(/[×·]|\btimes\b|\bmultiplied by\b|(?<=\d)\s*x\s*(?=\d)/gi, " * ")
    .replace(/÷|\bdivided by\b/gi, " / ")
    .replace(/[−–]|\bminus\b/gi, " - ")
    .replace(/\bplus\b/gi, " + ")
    .replace(/%\s*of\b/gi, " / 100 * ")
    .replace(/\*\*/g, "^");
}

/** The value of an expression of numbers, + - * / % ^ and parentheses; undefined when it is not one, or only a number. */
export function sumOf(expression: string): Sum | undefined {
  if (expression.length > LONGEST_EXPRESSION) return undefined;
  const tokens = expression.match(/\d+(?:\.\d+)?|\.\d+|[-+*/%^()]|\S/g) ?? [];
  const steps: string[] = [];
  let position = 0;

  const peek = () => tokens[position];
  const operate = (left: number, operator: string, right: number): number => {
    const value = OPERATIONS[operator]?.(left, right) ?? Number.NaN;
    steps.push(`${numeral(left)} ${SIGNS[operator] ?? operator} ${numeral(right)} = ${numeral(value)}`);
    return value;
  };
  const chain = (operators: string, operand: () => number | undefined): number | undefined => {
    let value = operand();
    for (let operator = peek(); operator !== undefined && operators.includes(operator); operator = peek()) {
      position += 1;
      const right = operand();
      if (value === undefined || right === undefined) return undefined;
      value = operate(value, operator, right);
    }
    return value;
  };
  const sum = (): number | undefined => chain("+-", product);
  const product = (): number | undefined => chain("*/%", negation);
  const negation = (): number | undefined => {
    if (peek() !== "-") return power();
    position += 1;
    const value = negation();
    return value === undefined ? undefined : -value;
  };
  const power = (): number | undefined => {
    const base = atom();
    if (base === undefined || peek() !== "^") return base;
    position += 1;
    const exponent = negation();
    return exponent === undefined ? undefined : operate(base, "^", exponent);
  };
  const atom = (): number | undefined => {
    const token = tokens[position];
    position += 1;
    if (token !== "(") return token !== undefined && /^\.?\d/.test(token) ? Number(token) : undefined;
    const value = sum();
    if (peek() !== ")") return undefined;
    position += 1;
    return value;
  };

  const value = sum();
  if (value === undefined || position < tokens.length || steps.length === 0) return undefined;
  return { expression: expression.replace(/\s+/g, " "), value, steps };
}

const OPERATIONS: Readonly<Record<string, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "%": (left, right) => left % right,
  "^": (left, right) => left ** right,
};

const SIGNS: Readonly<Record<string, string>> = { "-": "−", "*": "×", "/": "÷", "%": "mod" };

/** `value` to twelve significant digits, which hides the last bits of binary fractions. */
export function numeral(value: number): string {
  if (!Number.isFinite(value)) return "undefined";
  const rounded = Number(value.toPrecision(12));
  return Number.isInteger(rounded) && Math.abs(rounded) < 1e15 ? rounded.toLocaleString("en-GB") : String(rounded);
}
