/** Preloaded into every service of a drill, by `NODE_OPTIONS`; in no image, and never without a drill. */
import './clock.ts';
import './failpoints.ts';
import './replace-lines.ts';
