import { describe, expect, it } from '@jest/globals';
import { DARK, LIGHT, type Palette } from '../../../lambdas/web/views/style/palette';

/** WCAG 2.2, success criterion 1.4.3. */
const AA_TEXT = 4.5;
/** WCAG 2.2, success criterion 1.4.11: borders of inputs, fills of bars, rings of focus. */
const AA_SHAPE = 3;

const TEXT_ON: readonly (readonly [text: keyof Palette, ground: keyof Palette])[] = [
  ...(['bg', 'surface', 'sunken'] as const).flatMap((ground) =>
    (['text', 'muted', 'link'] as const).map((text) => [text, ground] as const),
  ),
  ...(['ok', 'info', 'warn', 'bad', 'idle'] as const).flatMap((tone) => [
    [tone, `${tone}Soft`] as const,
    ['text', `${tone}Soft`] as const,
  ]),
  ['bad', 'surface'],
  ['onAccent', 'accent'],
  ['onAccent', 'accentHover'],
];

const SHAPE_ON: readonly (readonly [shape: keyof Palette, ground: keyof Palette])[] = [
  ['lineStrong', 'surface'],
  ['link', 'bg'],
  ['ok', 'surface'],
  ['accent', 'surface'],
  ['warnFill', 'surface'],
];

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('in the %s palette', (_name, palette) => {
  it.each(TEXT_ON)('%s can be read on %s', (text, ground) => {
    expect(contrast(palette[text], palette[ground])).toBeGreaterThanOrEqual(AA_TEXT);
  });

  it.each(SHAPE_ON)('%s stands out on %s', (shape, ground) => {
    expect(contrast(palette[shape], palette[ground])).toBeGreaterThanOrEqual(AA_SHAPE);
  });
});

/** @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
