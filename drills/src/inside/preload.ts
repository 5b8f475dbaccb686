/** Preloaded into every service of a drill by `NODE_OPTIONS`. Images do not contain it. */
import './clock.ts';
import './failpoints.ts';
import './replace-lines.ts';
