import { createHash } from 'node:crypto';
import { BASE_CSS } from './base';
import { customProperties, DARK, LIGHT } from './palette';
import { PARTS_CSS } from './parts';

/** The whole stylesheet, as `/assets/style.css` serves it. */
export const STYLESHEET = [
  `:root{${customProperties(LIGHT)}}`,
  `@media (prefers-color-scheme: dark){:root{${customProperties(DARK)}}}`,
  BASE_CSS,
  PARTS_CSS,
].join('\n');

/** Names this content, so that it may be cached for ever. */
export const STYLESHEET_HASH = createHash('sha256').update(STYLESHEET).digest('base64url').slice(0, 16);

export const STYLESHEET_PATH = '/assets/style.css';
export const STYLESHEET_URL = `${STYLESHEET_PATH}?v=${STYLESHEET_HASH}`;
