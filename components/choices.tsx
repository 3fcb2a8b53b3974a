"use client";

export type Choice<Value> = { value: Value; label: string };

type ChoicesProps<Value> = {
  legend: string;
  choices: readonly Choice<Value>[];
  value: Value;
  onChoose(value: Value): void;
};

/** One of a few, all of them to be seen. */
export function Choices<Value extends string>({ legend, choices, value, onChoose }: ChoicesProps<Value>) {
  return (
    <fieldset>
      <legend className="mb-2 font-sans text-chrome text-soft">{legend}</legend>
      <div className="choices">
        {choices.map((choice) => (
          <label key={choice.value} className="choice">
            <input
              type="radio"
              className="sr-only"
              name={legend}
              checked={choice.value === value}
              onChange={() => onChoose(choice.value)}
            />
            {choice.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
