"use client";

import { useState } from "react";
import { modelName } from "@/lib/chat/model-name";
import { dollars } from "@/lib/chat/money";
import type { OwnerOverview } from "@/lib/chat/owner";
import { type Choice, Choices } from "../choices";
import { type Grouping, type Stack, type Stacks, scaleEnd, stacksOf } from "./stacks";

const HEIGHT = 180;
const BAR = 14;
const STEP = 20;

const GROUPINGS: readonly Choice<Grouping>[] = [
  { value: "codeLabel", label: "By code" },
  { value: "model", label: "By model" },
];

/** What was spent on each of the last 30 days, as bars, and on request as a table. */
export function SpendingChart({ overview }: { overview: Pick<OwnerOverview, "days" | "spent"> }) {
  const [by, setBy] = useState<Grouping>("codeLabel");
  const stacks = stacksOf(overview, by);
  const names = stacks.series.map((name) => (by === "model" ? modelName(name) : codeName(name)));
  const totalUsd = stacks.stacks.reduce((sum, stack) => sum + stack.totalUsd, 0);
  if (totalUsd === 0) return <p className="owner-quiet">Nothing has been spent in the last 30 days.</p>;
  return (
    <>
      <Choices
        legend={`${dollars(totalUsd)} in the last 30 days`}
        choices={GROUPINGS}
        value={by}
        onChoose={(grouping) => setBy(grouping)}
      />
      <Bars stacks={stacks} names={names} />
      <ul className="owner-legend" aria-label="What the colours stand for">
        {names.map((name, index) => (
          <li key={name} className="owner-legend-entry">
            <span className={`owner-swatch owner-series-${index}`} />
            {name}
          </li>
        ))}
      </ul>
      <details className="owner-details">
        <summary>The same as a table</summary>
        <SpendingTable stacks={stacks} names={names} />
      </details>
    </>
  );
}

/** Whose code it is, for a person. */
export function codeName(label: string): string {
  return label === "" ? "No code" : label;
}

type DrawnProps = { stacks: Stacks; names: readonly string[] };

function Bars({ stacks: { stacks, highestUsd }, names }: DrawnProps) {
  const endUsd = scaleEnd(highestUsd);
  const width = stacks.length * STEP;
  return (
    <figure className="owner-chart">
      <figcaption className="owner-scale">{dollars(endUsd)}</figcaption>
      <svg
        viewBox={`0 0 ${width} ${HEIGHT + 1}`}
        role="img"
        aria-label="Spending a day, as bars"
        preserveAspectRatio="none"
      >
        <path className="owner-grid" d={`M0 .5H${width}M0 ${HEIGHT / 2}H${width}M0 ${HEIGHT + 0.5}H${width}`} />
        {stacks.map((stack, index) => (
          <Bar key={stack.day} stack={stack} x={index * STEP + (STEP - BAR) / 2} endUsd={endUsd} names={names} />
        ))}
      </svg>
      <div className="owner-days">
        <span>{stacks[0]?.day}</span>
        <span>{stacks.at(-1)?.day}</span>
      </div>
    </figure>
  );
}

type BarProps = { stack: Stack; x: number; endUsd: number; names: readonly string[] };

function Bar({ stack, x, endUsd, names }: BarProps) {
  let top = HEIGHT;
  return (
    <g>
      <title>
        {[
          `${stack.day}: ${dollars(stack.totalUsd)}`,
          ...stack.parts.map(({ series, usd }) => `${names[series]} ${dollars(usd)}`),
        ].join("\n")}
      </title>
      {stack.parts.map(({ series, usd }) => {
        const height = (usd / endUsd) * HEIGHT;
        top -= height;
        return <rect key={series} className={`owner-series-${series}`} x={x} y={top} width={BAR} height={height} />;
      })}
    </g>
  );
}

function SpendingTable({ stacks: { stacks }, names }: DrawnProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard too.
    <section className="owner-scroll" aria-label="Spending a day" tabIndex={0}>
      <table className="owner-table">
        <thead>
          <tr>
            <th scope="col">Day (UTC)</th>
            {names.map((name) => (
              <th key={name} scope="col" className="owner-number">
                {name}
              </th>
            ))}
            <th scope="col" className="owner-number">
              All
            </th>
          </tr>
        </thead>
        <tbody>
          {stacks
            .filter(({ totalUsd }) => totalUsd > 0)
            .reverse()
            .map(({ day, totalUsd, parts }) => (
              <tr key={day}>
                <th scope="row">{day}</th>
                {names.map((name, series) => (
                  <td key={name} className="owner-number">
                    {dollars(parts.find((part) => part.series === series)?.usd ?? 0)}
                  </td>
                ))}
                <td className="owner-number">{dollars(totalUsd)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}
