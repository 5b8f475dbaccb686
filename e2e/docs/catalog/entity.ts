import { textOf } from '../repository.ts';

/** An entity of Backstage's catalogue. */
export type Entity = {
  apiVersion: 'backstage.io/v1alpha1';
  kind: 'System' | 'Component' | 'API' | 'Resource' | 'Group';
  metadata: { name: string; title?: string; description: string };
  spec: Record<string, unknown>;
};

/** The services, and what the catalogue says of them. */
export const services = {
  gateway: 'The only public entry: checks tokens, forwards each route to its owner, streams changes',
  scheduling: 'Jobs, assignments and windows, and who may do what with them',
  reminders: 'Plans reminders, sends them on time, and records why one was not sent',
  payouts: 'What is owed, who approved it, whether it was paid',
  console: 'Pages for finance and operations, on the REST API with the token of each person',
};
export type ServiceName = keyof typeof services;
export const names = Object.keys(services) as ServiceName[];

/** Teams by folder, as `.github/CODEOWNERS` names them. */
const owners = new Map(
  textOf('.github/CODEOWNERS')
    .split('\n')
    .filter((line) => /^\//.test(line))
    .map((line): [string, string] => {
      const [folder = '', owner = ''] = line.split(/\s+/);
      return [folder.replace(/^\/|\/$/g, ''), owner.replace(/^@punctual\//, '')];
    }),
);

/** Every team that owns something. */
export function groups(): Entity[] {
  return [...new Set([...owners.values()])].toSorted().map(group);
}

export function ownerOf(folder: string): string {
  const [, owner = 'platform'] = [...owners].find(([owned]) => `${folder}/`.startsWith(`${owned}/`)) ?? [];
  return owner;
}

export function entity<K extends Entity['kind']>(kind: K, name: string, description: string) {
  return { apiVersion: 'backstage.io/v1alpha1' as const, kind, metadata: { name, description } };
}

function group(name: string): Entity {
  const spec = { type: 'team', children: [] };
  return { ...entity('Group', name, 'A team of .github/CODEOWNERS'), spec };
}
