import type { RulesetDefinition } from '@stoplight/spectral-core';

type Rules = Extract<RulesetDefinition, { rules: object }>['rules'];
type Node = { [key: string]: unknown };

/** Returns the complaint about what `given` selects, if there is one. */
const rule = (given: string, complaint: (node: Node) => string | undefined): Rules[string] => ({
  given,
  severity: 'error',
  resolved: false,
  message: '{{error}}',
  // biome-ignore lint/suspicious/noThenProperty: the name of a part of a rule in Spectral
  then: {
    function: (node: unknown) => {
      const message = typeof node === 'object' && node !== null && complaint(node as Node);
      return message ? [{ message }] : [];
    },
  },
});

const described = ({ description }: Node) =>
  typeof description === 'string' && description.trim() !== '' ? undefined : 'lacks a description';

/**
 * What the document says of everything, beyond the recommended rules. To satisfy them: `.describe()`
 * on the zod field, `.meta({ examples })` on schemas and parameters, `description`, `tag` and `roles`
 * of the endpoint.
 */
export const ourRules: Rules = {
  'our-operation-description': rule('$.paths[*][get,post,put,patch,delete]', described),
  'our-operation-roles': rule('$.paths[*][get,post,put,patch,delete]', (operation) =>
    Array.isArray(operation['x-roles']) && operation['x-roles'].length > 0 ? undefined : 'lacks x-roles',
  ),
  'our-parameter-description': rule('$.paths[*][*].parameters[*]', described),
  'our-parameter-example': rule('$.paths[*][*].parameters[*]', ({ example }) =>
    example === undefined ? 'lacks an example' : undefined,
  ),
  'our-property-description': rule('$.components.schemas[*]..properties[*]', described),
  'our-header-description': rule('$.paths[*][*].responses[*].headers[*]', described),
  'our-json-example': rule("$.paths[*][*]..content['application/json']", ({ example, examples }) =>
    example === undefined && Object.keys(examples ?? {}).length === 0 ? 'lacks an example' : undefined,
  ),
  'our-problem-example': rule("$.paths[*][*]..content['application/problem+json']", ({ examples }) =>
    Object.keys(examples ?? {}).length === 0 ? 'lacks an example' : undefined,
  ),
};
