/** What each contender's page offers: the shape of `mount` in `mount.tsx`. */
export type Mount = (element: HTMLElement) => Mounted;

export type Mounted = {
  append(text: string): void;
  /** Nothing more will come. */
  finish(): void;
};
