/** Colours by what they are for. Every text colour reaches WCAG AA (4.5:1) on the surfaces that it is used on. */
export interface Palette {
  readonly bg: string;
  readonly surface: string;
  readonly sunken: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly text: string;
  readonly muted: string;
  readonly accent: string;
  readonly accentHover: string;
  readonly onAccent: string;
  readonly link: string;
  readonly ok: string;
  readonly okSoft: string;
  readonly info: string;
  readonly infoSoft: string;
  readonly warn: string;
  readonly warnSoft: string;
  /** Fills, never letters. */
  readonly warnFill: string;
  readonly bad: string;
  readonly badSoft: string;
  readonly idle: string;
  readonly idleSoft: string;
}

export const LIGHT: Palette = {
  bg: '#f6f7f9',
  surface: '#ffffff',
  sunken: '#f1f3f6',
  line: '#e2e5ea',
  lineStrong: '#858d9b',
  text: '#14171f',
  muted: '#565e6d',
  accent: '#2451d6',
  accentHover: '#1c41b0',
  onAccent: '#ffffff',
  link: '#2149c4',
  ok: '#0b6b3a',
  okSoft: '#e4f5eb',
  info: '#1f48c2',
  infoSoft: '#e9eefd',
  warn: '#7d4a00',
  warnSoft: '#fcf1dc',
  warnFill: '#c27a0a',
  bad: '#a8231b',
  badSoft: '#fdebe9',
  idle: '#4b5361',
  idleSoft: '#eceef2',
};

export const DARK: Palette = {
  bg: '#0d0f14',
  surface: '#14171e',
  sunken: '#1a1e27',
  line: '#252a35',
  lineStrong: '#6b7484',
  text: '#e9ecf2',
  muted: '#9ba4b4',
  accent: '#3d68ea',
  accentHover: '#3159d3',
  onAccent: '#ffffff',
  link: '#93b0ff',
  ok: '#5fd394',
  okSoft: '#122a1e',
  info: '#93b0ff',
  infoSoft: '#182342',
  warn: '#f0b95a',
  warnSoft: '#2e230f',
  warnFill: '#e0a340',
  bad: '#ff9189',
  badSoft: '#351a19',
  idle: '#aab2c0',
  idleSoft: '#222731',
};

/** The palette as custom properties, `--ok-soft: …`. */
export function customProperties(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, value]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:${value};`)
    .join('');
}
