import manifest from '../package.json' with { type: 'json' };

/** The version of the contracts, which is that of the REST API and of the events. */
export const { version } = manifest;
