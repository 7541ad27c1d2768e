/** Drawn by hand on a grid of 16, with one weight of line. */
const drawings = {
  sync: 'M13.5 6.500A5.700 5.700 0 0 0 3.300 5M2.500 9.500A5.700 5.700 0 0 0 12.700 11M13.500 2.500v4h-4M2.500 13.500v-4h4',
  refresh: 'M13.500 8a5.500 5.500 0 1 1-1.700-4M13.500 1.800v3.400h-3.400',
  search: 'M7 12.200A5.200 5.200 0 1 0 7 1.800a5.200 5.200 0 0 0 0 10.400ZM10.800 10.800 14.300 14.300',
  close: 'M3.500 3.500l9 9M12.500 3.500l-9 9',
  check: 'M3 8.500l3.400 3.500L13 4.500',
  chevronDown: 'M4 6l4 4 4-4',
  chevronRight: 'M6 4l4 4-4 4',
  copy: 'M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1.100 1.100M11.900 11.900 13 13M13 3l-1.100 1.100M4.100 11.900 3 13',
  moon: 'M13.500 9.600A5.800 5.800 0 0 1 6.400 2.500a5.800 5.800 0 1 0 7.100 7.100Z',
  auto: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 2v12M8 5l4.500-1M8 8h6M8 11l4.500 1',
  help: 'M5.700 5.800a2.300 2.300 0 1 1 3.400 2C8.300 8.300 8 8.800 8 9.600M8 12.200v.1',
  signOut: 'M6.500 2.500h-4v11h4M6 8h8M11 5l3 3-3 3',
  undo: 'M3 6.500h6.500a3.500 3.500 0 0 1 0 7H6M6 3.500l-3 3 3 3',
  stop: 'M4 4h8v8H4z',
  table: 'M2 3h12v10H2zM2 6.500h12M2 9.800h12',
  tiles:
    'M2.500 2.500h4.500v4.500H2.500zM9 2.500h4.500v4.500H9zM2.500 9h4.500v4.500H2.500zM9 9h4.500v4.500H9z',
  graph:
    'M1.800 6h3.700v4H1.800zM10.500 1.800h3.700v4h-3.700zM10.500 10.200h3.700v4h-3.700zM5.500 8H8M10.500 3.800H8v8.400h2.500',
  list: 'M6 3.500h8M6 8h8M6 12.500h8M2.500 3.500h.5M2.500 8h.5M2.500 12.500h.5',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10',
  warning: 'M8 2 14.500 13.500h-13zM8 6.500v3.200M8 11.700v.1',
  arrowUp: 'M8 13V3M4 7l4-4 4 4',
  arrowDown: 'M8 3v10M4 9l4 4 4-4',
  split: 'M2 3h12v10H2zM8 3v10',
  inline: 'M2 3h12v10H2zM4.500 6h7M4.500 8h7M4.500 10h4',
  hook: 'M6.500 2.500h4M8.500 2.500v7a3 3 0 0 1-6 0V8.500',
  trash: 'M2.500 4h11M6 4V2.500h4V4M4 4l.7 9.500h6.600L12 4',
  commit: 'M8 10.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM8 1.500v4M8 10.500v4',
  branch:
    'M4.500 10.500v-5M4.500 5.500a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400ZM4.500 13.900a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400ZM11.500 5.500a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400ZM11.500 5.500c0 3-3 3.500-5.500 4.500',
  external: 'M9.500 2.500h4v4M13.500 2.500 7.500 8.500M6.500 3.500h-4v10h10v-4',
} as const;

export type IconName = keyof typeof drawings;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={drawings[name]} />
    </svg>
  );
}
