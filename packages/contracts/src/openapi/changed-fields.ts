type Schemas = Record<string, unknown>;
type ObjectSchema = { properties?: Record<string, object> };

/**
 * Gives `before` and `after` of both timelines a type of their own: any fields of the resource.
 * Items written by another release may have others.
 */
export function nameChangedFields(schemas: Schemas): void {
  name(schemas, { item: 'TimelineItem', resource: 'Assignment', as: 'ChangedAssignmentFields' });
  name(schemas, { item: 'PayoutTimelineItem', resource: 'Payout', as: 'ChangedPayoutFields' });
}

function name(schemas: Schemas, names: { item: string; resource: string; as: string }): void {
  const { properties: fieldsOfItem } = (schemas[names.item] ?? {}) as ObjectSchema;
  const { properties } = (schemas[names.resource] ?? {}) as ObjectSchema;
  if (!fieldsOfItem || !properties) throw new Error(`There is no ${names.item} or no ${names.resource}.`);
  const { actions: _actions, ...fields } = properties;
  schemas[names.as] = { type: 'object', properties: structuredClone(fields), description: 'Only those that changed' };
  for (const field of ['before', 'after']) {
    fieldsOfItem[field] = { ...fieldsOfItem[field], $ref: `#/components/schemas/${names.as}` };
  }
}
