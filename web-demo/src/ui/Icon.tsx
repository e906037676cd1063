// Signs, drawn with one pen; never the only bearer of a meaning.
const PATHS = {
  good: "M3 8.500l3.500 3.500L13 4.500",
  warn: "M8 2L15 14H1zM8 6.500v3.500M8 12v.300",
  bad: "M5 1.500h6L14.500 5v6L11 14.500H5L1.500 11V5zM5.500 5.500l5 5M10.500 5.500l-5 5",
  up: "M8 13.500V3M3.500 7.500L8 3l4.500 4.500",
  down: "M8 2.500V13M3.500 8.500L8 13l4.500-4.500",
  noise: "M1.500 8c1.600-4.500 3.200-4.500 4.800 0s3.200 4.500 4.800 0c1-2.800 2.200-3.800 3.400-2.600",
  same: "M3 8h10",
  question: "M5.500 6a2.500 2.500 0 1 1 3.700 2.200C8.300 8.700 8 9.200 8 10M8 12.500v.300",
  star: "M8 1.800l1.900 4 4.300.6-3.100 3 .8 4.300L8 11.600l-3.900 2.100.8-4.300-3.100-3 4.300-.6z",
  flag: "M3.500 14.500V2M3.500 2.500h8.500l-2 3 2 3H3.500",
  close: "M3.500 3.500l9 9M12.500 3.500l-9 9",
  chevron: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  share: "M8 10V2M5 4.500L8 1.500l3 3M4 7.500H2.500v7h11v-7H12",
  download: "M8 2v8M5 7.500L8 10.500l3-3M2.500 13.500h11",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1",
  moon: "M13.500 9.500A6 6 0 1 1 6.500 2.500a5 5 0 0 0 7 7z",
  table: "M1.500 3h13v10h-13zM1.500 6.500h13M6 3v10",
  file: "M4 1.500h5.500L13 5v9.500H4zM9.500 1.500V5H13",
  info: "M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM8 7.500V11M8 5v.300",
  clock: "M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM8 4.500V8l2.500 1.500",
  person: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.500 14c.5-3 2.700-4.500 5.500-4.500s5 1.500 5.500 4.500",
  format: "M2 3h12M2 6.300h7M2 9.700h12M2 13h7",
  menu: "M2 4h12M2 8h12M2 12h12",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.600" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
