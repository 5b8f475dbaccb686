const network = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ENOTCONN',
  'EPROTO',
  // This process has no port, memory or file descriptor left for one more connection.
  'EADDRNOTAVAIL',
  'ENOBUFS',
  'EMFILE',
  'ENFILE',
  'ERR_SOCKET_CLOSED',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
]);
const dns = /^(EAI_\w+|ENOTFOUND|ENODATA|ESERVFAIL|EREFUSED|ETIMEOUT|EBADRESP)$/;
/** Of Node.js, of OpenSSL, and of the verification of certificates. */
const tls =
  /^(ERR_(TLS|SSL)_\w+|(CERT|CRL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERROR_IN)_\w+|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/;

/** Whether the code of an error says that a connection could not be made, secured or kept. */
export function isNetworkCode(code: unknown): boolean {
  return typeof code === 'string' && (network.has(code) || dns.test(code) || tls.test(code));
}
