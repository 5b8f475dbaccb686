import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventShape } from '../compatibility/event-shape.ts';

/** The golden files: one folder a released version of this package, one file an event. */
export const releasedFolder = join(import.meta.dirname, '../../released');

/** The versions that were released. */
export function releasedVersions(): string[] {
  return existsSync(releasedFolder) ? readdirSync(releasedFolder) : [];
}

/** The events by their type as a version was released with them. */
export function releasedShapes(version: string): Record<string, EventShape> {
  const folder = join(releasedFolder, version);
  const events = readdirSync(folder).filter((file) => file !== 'openapi.json');
  const shapes = events.map((file): EventShape => JSON.parse(readFileSync(join(folder, file), 'utf8')));
  return Object.fromEntries(shapes.map((shape) => [shape.type, shape]));
}
