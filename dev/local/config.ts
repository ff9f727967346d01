import { readFileSync } from 'node:fs';
import { parseConfig } from '../../lib/config';
import { Problem } from './problem';

type Settings = Readonly<Record<string, unknown>>;

/**
 * The deploy-time settings of a local stack.
 *
 * @param publicUrl - of the proxy.
 * @param zoomUrl - of the stand-in for Zoom.
 * @param file - settings that are merged over the local stack's own.
 * @throws {@link Problem} that names every problem of the file.
 */
export function localConfig(publicUrl: string, zoomUrl: string, file: string | undefined): Settings {
  const own = {
    publicUrl,
    zoom: { oauthUrl: zoomUrl, apiUrl: zoomUrl },
    sync: { everyMinutes: 1 },
    logRetentionDays: 1,
    removal: 'destroy',
    sampleConsumer: true,
  };
  const config = file === undefined ? own : merge(own, readSettings(file));
  try {
    parseConfig(config, file ?? 'the local settings');
  } catch (error) {
    throw new Problem((error as Error).message);
  }
  return config;
}

function readSettings(file: string): Settings {
  try {
    const settings: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isSettings(settings)) return settings;
  } catch (error) {
    throw new Problem(`${file} cannot be read as JSON: ${(error as Error).message}`);
  }
  throw new Problem(`${file} must hold a JSON object`);
}

function merge(under: Settings, over: Settings): Settings {
  const merged = Object.entries(over).map(([key, value]) => {
    const below = under[key];
    return [key, isSettings(below) && isSettings(value) ? merge(below, value) : value];
  });
  return { ...under, ...(Object.fromEntries(merged) as Settings) };
}

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
