const PATHS = {
  check: 'M3.5 8.5 6.5 11.5 12.5 4.5',
  'check-circle': 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM5.4 8.2l1.8 1.8 3.4-3.8',
  sync: 'M13.5 6.5A5.8 5.8 0 0 0 3.2 5M2.5 9.5A5.8 5.8 0 0 0 12.8 11M3 2.2V5.2h3M13 13.8v-3h-3',
  alert: 'M8 2.2 14.4 13.4H1.6L8 2.2ZM8 6.4v3.2M8 11.6v.05',
  clock: 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM8 4.8V8l2.2 1.6',
  pause: 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM6.5 6v4M9.5 6v4',
  minus: 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM5.5 8h5',
  cross: 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM6 6l4 4M10 6l-4 4',
  merge: 'M4 2.5v3.2a4 4 0 0 0 4 4h5M10.5 6.8 13.4 9.7l-2.9 2.9M4 13.5V10',
  question: 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM6.3 6.4A1.75 1.75 0 1 1 8 8.6v.5M8 11.2v.05',
  chevron: 'M4 6.2 8 10.2l4-4',
  plus: 'M8 3v10M3 8h10',
  arrow: 'M3 8h10M9 4l4 4-4 4',
  external: 'M6.5 3.5h-3v9h9v-3M9 3h4v4M13 3 7.5 8.5',
  shield: 'M8 1.8 13.2 3.8V8c0 3.2-2.2 5.3-5.2 6.3C5 13.3 2.8 11.2 2.8 8V3.8L8 1.8ZM5.7 8l1.6 1.6 3-3.2',
  video:
    'M2 5.2C2 4.5 2.5 4 3.2 4h5.6c.7 0 1.2.5 1.2 1.2v5.6c0 .7-.5 1.2-1.2 1.2H3.2C2.5 12 2 11.5 2 10.8V5.2ZM10 7.2l4-2.2v6l-4-2.2',
  users:
    'M8.2 5A2.3 2.3 0 1 1 3.6 5a2.3 2.3 0 0 1 4.6 0ZM1.7 13c.3-2.3 2-3.7 4.2-3.7s3.9 1.4 4.2 3.7M10.6 2.9a2.3 2.3 0 0 1 0 4.3M12 9.7c1.3.5 2.1 1.7 2.3 3.3',
  'sign-in': 'M9 2.5h3.5v11H9M2.5 8H9M6.3 5 9.3 8l-3 3',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.05M2.5 8h.05M2.5 12h.05',
  lock: 'M3.5 7.2h9v6h-9v-6ZM5.5 7.2V5a2.5 2.5 0 0 1 5 0v2.2',
  undo: 'M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M5.8 3.5 2.8 6.5l3 3',
} as const;

export type IconName = keyof typeof PATHS;

/** A line icon of 16 units that takes the colour of the text beside it, and says nothing that the text does not. */
export function Icon({ name, size = 16, spin = false }: { name: IconName; size?: number; spin?: boolean }) {
  return (
    <svg
      class={spin ? 'spin' : undefined}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The icon of the tab: the shield on the accent colour. */
export const FAVICON_URL = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#2451d6"/><g transform="translate(6 6) scale(1.25)" fill="none" stroke="#fff" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"><path d="${PATHS.shield}"/></g></svg>`,
)}`;
