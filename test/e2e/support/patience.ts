import { jest } from '@jest/globals';

// a test waits for workflows, which take seconds; this only ends one that waits for ever
jest.setTimeout(15 * 60_000);
