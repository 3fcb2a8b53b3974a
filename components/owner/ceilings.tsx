"use client";

import { type FormEvent, useId } from "react";
import type { OwnerChange, OwnerOverview } from "@/lib/chat/owner";
import { codeName } from "./spending-chart";

type CeilingsProps = { overview: OwnerOverview; onChange(change: OwnerChange): void };

/** The ceilings in dollars a day, each to be changed by itself. */
export function Ceilings({ overview: { settings, wallsUsd, codeLabels }, onChange }: CeilingsProps) {
  return (
    <div className="owner-ceilings">
      <Ceiling
        label="The whole service"
        usd={settings.dailyBudgetUsd}
        wallUsd={wallsUsd.daily}
        onSave={(dailyBudgetUsd) => onChange({ dailyBudgetUsd })}
      />
      <Ceiling
        label="Each visitor"
        usd={settings.visitorDailyBudgetUsd}
        wallUsd={wallsUsd.visitorDaily}
        onSave={(visitorDailyBudgetUsd) => onChange({ visitorDailyBudgetUsd })}
      />
      {codeLabels.map((label) => (
        <Ceiling
          key={label}
          label={`All with the code ${codeName(label)}`}
          usd={settings.codeDailyBudgetsUsd[label] ?? null}
          wallUsd={null}
          onSave={(usd) => onChange({ codeDailyBudgetsUsd: { [label]: usd } })}
        />
      ))}
    </div>
  );
}

type CeilingProps = {
  label: string;
  usd: number | null;
  /** What the environment allows at most. */
  wallUsd: number | null;
  onSave(usd: number | null): void;
};

function Ceiling({ label, usd, wallUsd, onSave }: CeilingProps) {
  const id = useId();

  function save(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const given = new FormData(event.currentTarget).get("usd");
    onSave(given === null || given === "" ? null : Number(given));
  }

  return (
    // When it was changed, here or elsewhere, the field shows what stands now.
    <form key={usd} className="owner-ceiling" onSubmit={save}>
      <label htmlFor={id}>{label}</label>
      <span className="owner-field">
        <span aria-hidden="true">$</span>
        <input
          id={id}
          name="usd"
          type="number"
          inputMode="decimal"
          min={0}
          max={wallUsd ?? 1_000_000}
          step="any"
          defaultValue={usd ?? ""}
          placeholder={wallUsd === null ? "No ceiling" : String(wallUsd)}
          aria-describedby={wallUsd === null ? undefined : `${id}-wall`}
        />
      </span>
      <button type="submit" className="button" aria-label={`Save: ${label}`}>
        Save
      </button>
      {wallUsd !== null && (
        <span id={`${id}-wall`} className="owner-wall">
          At most ${wallUsd}: so much the environment allows.
        </span>
      )}
    </form>
  );
}
