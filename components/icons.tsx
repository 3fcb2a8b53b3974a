const DRAWINGS = {
  send: <path d="M10 16V4.5M5 9.25 10 4.25l5 5" />,
  stop: <rect x="5.5" y="5.5" width="9" height="9" rx="1.5" fill="currentColor" />,
  copy: (
    <>
      <rect x="7.25" y="7.25" width="9" height="9" rx="1.75" />
      <path d="M12.75 4.75v-.25A1.75 1.75 0 0 0 11 2.75H5.5A2.75 2.75 0 0 0 2.75 5.5V11c0 .97.78 1.75 1.75 1.75h.25" />
    </>
  ),
  check: <path d="m4.5 10.5 3.5 3.5 7.5-8" />,
  edit: <path d="m4.25 15.75.6-3.1 8.4-8.4a1.6 1.6 0 0 1 2.5 2.5l-8.4 8.4-3.1.6ZM11.75 5.75l2.5 2.5" />,
  unfold: <path d="m6 8 4 4 4-4" />,
  temporary: <path d="M10 3.25a6.75 6.75 0 1 0 0 13.5 6.75 6.75 0 0 0 0-13.5M10 6.25V10l2.5 2" />,
  retry: <path d="M16 10a6 6 0 1 1-1.76-4.24L16 7.5M16 3.75V7.5h-3.75" />,
  previous: <path d="m12 5-5 5 5 5" />,
  next: <path d="m8 5 5 5-5 5" />,
  down: <path d="M10 4v11.5M5 10.75l5 5 5-5" />,
  sidebar: (
    <>
      <rect x="2.75" y="3.75" width="14.5" height="12.5" rx="2" />
      <path d="M7.75 3.75v12.5" />
    </>
  ),
  settings: (
    <>
      <path d="M3 6.25h7.5M14.5 6.25H17M3 13.75h2.5M9.5 13.75H17" />
      <circle cx="12.5" cy="6.25" r="2" />
      <circle cx="7.5" cy="13.75" r="2" />
    </>
  ),
  share: (
    <path d="M10 12.5V3.75M6.75 6.5 10 3.25l3.25 3.25M6.5 9.25h-1a1.5 1.5 0 0 0-1.5 1.5v4.5a1.5 1.5 0 0 0 1.5 1.5h9a1.5 1.5 0 0 0 1.5-1.5v-4.5a1.5 1.5 0 0 0-1.5-1.5h-1" />
  ),
  export: (
    <path d="M10 3.25v9M6.5 9l3.5 3.5L13.5 9M3.75 13.5v1.75a1.5 1.5 0 0 0 1.5 1.5h9.5a1.5 1.5 0 0 0 1.5-1.5V13.5" />
  ),
  rich: (
    <>
      <path d="M3.25 16.25 7.5 5.75l4.25 10.5M4.75 12.75h5.5" />
      <path d="M14 8.25h3.25M14 12.25h3.25M14 16.25h3.25" />
    </>
  ),
  new: <path d="M10 4.25v11.5M4.25 10h11.5" />,
  more: (
    <>
      <circle cx="4.75" cy="10" r="1.1" fill="currentColor" stroke="none" />
      <circle cx="10" cy="10" r="1.1" fill="currentColor" stroke="none" />
      <circle cx="15.25" cy="10" r="1.1" fill="currentColor" stroke="none" />
    </>
  ),
  search: (
    <>
      <circle cx="9" cy="9" r="5.25" />
      <path d="m13 13 3.75 3.75" />
    </>
  ),
  close: <path d="m5 5 10 10M15 5 5 15" />,
};

/** A line drawing of 20 units. It says nothing to a screen reader: what it stands in has a name. */
export function Icon({ name }: { name: keyof typeof DRAWINGS }) {
  return (
    <svg
      className="size-5 shrink-0"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {DRAWINGS[name]}
    </svg>
  );
}
