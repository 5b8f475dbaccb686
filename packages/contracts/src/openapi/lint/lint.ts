import { createConfig, lintFromString } from '@redocly/openapi-core';
import core, { type RulesetDefinition } from '@stoplight/spectral-core';
import Parsers from '@stoplight/spectral-parsers';
import rulesets from '@stoplight/spectral-rulesets';
import { ourRules } from './our-rules.ts';

const { Document, Spectral } = core;

/** What Redocly's recommended rules say of a document, each in one line. */
export async function lintWithRedocly(document: object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  return problems.map(({ severity, ruleId, message, location }) => {
    const at = location.map(({ pointer }) => pointer).join(', ');
    return `${severity} ${ruleId}: ${message} ${at}`;
  });
}

/** What Spectral's recommended rules and ours say of a document, each in one line. */
export async function lintWithSpectral(document: object): Promise<string[]> {
  const spectral = new Spectral();
  spectral.setRuleset({ extends: [[rulesets.oas as RulesetDefinition, 'recommended']], rules: ourRules });
  const results = await spectral.run(new Document(JSON.stringify(document), Parsers.Json, 'openapi.json'));
  return results.map(({ code, message, path }) => `${code}: ${message} ${path.join('/')}`);
}
