/**
 * Preloaded into every service of a development stack: the channel to the parent closes when the
 * parent ends, even by SIGKILL, and the service then stops as on SIGTERM. So no orphan is left that
 * holds a port.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
