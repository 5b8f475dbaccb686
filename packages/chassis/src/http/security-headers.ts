import helmet from 'helmet';

/**
 * For data: a browser that opens an answer as a page may load and do nothing, and no page may frame
 * it. Pages set a policy of their own.
 */
export const secureAnswers = helmet({
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  xFrameOptions: { action: 'deny' },
});
